package dev.berth.container;

import dev.berth.launcher.ProcessIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One container: its record, its processes, and the lock under which both change. A use case holds the lock while it changes the
 * state, never while it waits for a program to end.
 */
final class Container implements Program {
    private final ContainerTree tree;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Pulse pulse = new Pulse();

    private volatile ContainerRecord record;
    private volatile Processes processes;
    private volatile boolean removed;
    private volatile boolean removing;

    /** What runs now. */
    record Processes(ProcessIdentity monitor, ProcessIdentity init, ProcessIdentity process) {}

    Container(ContainerTree tree, ContainerRecord record) {
        this.tree = tree;
        this.record = record;
    }

    /** Closes to the lock: {@code try (var held = container.hold()) …}. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    Held hold() {
        lock.lock();
        return lock::unlock;
    }

    ContainerRecord record() {
        return record;
    }

    ContainerId id() {
        return record.id();
    }

    String name() {
        return record.name().value();
    }

    ContainerState state() {
        return record.state();
    }

    Optional<Processes> processes() {
        return Optional.ofNullable(processes);
    }

    /** Under the lock. */
    void become(ContainerRecord next, Processes now) {
        record = next;
        processes = now;
        changed.signalAll();
        pulse.beat();
    }

    /** Under the lock. */
    void become(ContainerRecord next) {
        become(next, processes);
    }

    boolean isRemoving() {
        return removing;
    }

    /** Under the lock: from now on nothing but the removal may happen to it. */
    void setRemoving(boolean now) {
        removing = now;
    }

    /** Under the lock. */
    void setRemoved() {
        removed = true;
        changed.signalAll();
        pulse.beat();
    }

    /** Waits until no process of it runs. @return false when it still does after that time */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (record.state().isAlive() && !removed) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it is removed. @return false when it is still there after that time */
    boolean awaitRemoval(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (!removed) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Path logDirectory() {
        return tree.container(id());
    }

    @Override
    public Path socketDirectory() {
        return tree.socketsOf(id());
    }

    @Override
    public Pulse pulse() {
        return pulse;
    }

    @Override
    public int runToWatch() {
        ContainerRecord now = record;
        return now.state().isAlive() ? now.runs() : now.runs() + 1;
    }

    @Override
    public boolean isAlive() {
        return record.state().isAlive();
    }

    @Override
    public Optional<Integer> exitCode(int run) {
        ContainerRecord now = record;
        boolean ended = now.runs() > run || now.runs() == run && !now.state().isAlive();
        return ended ? Optional.of(now.exitCode() == null ? 0 : now.exitCode()) : Optional.empty();
    }

    @Override
    public boolean isRemoved() {
        return removed;
    }

    @Override
    public boolean isPaced() {
        return false;
    }
}
