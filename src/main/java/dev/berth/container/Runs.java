package dev.berth.container;

import dev.berth.launcher.ExitRecord;
import dev.berth.launcher.Launched;
import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.MonitorGone;
import dev.berth.launcher.MonitorRecord;
import dev.berth.launcher.NetworkState;
import dev.berth.launcher.ProcessIdentity;
import dev.berth.launcher.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Containers that run: hears their monitors, and writes down how they end. */
final class Runs {
    static final Path PROC = Path.of("/proc");

    private static final System.Logger LOG = System.getLogger(Runs.class.getName());
    private static final Duration MONITOR_PATIENCE = Duration.ofSeconds(10);
    /** A monitor whose service is gone before its program runs undoes its launch by itself, in milliseconds. */
    static final Duration UNDO_PATIENCE = Duration.ofSeconds(5);

    private static final Duration SOCKET_PATIENCE = Duration.ofSeconds(2);
    private static final Duration GLANCE = Duration.ofMillis(10);
    private static final Duration VIEWERS_PATIENCE = Duration.ofSeconds(30);
    private static final int KILLED = 137;

    private final Core core;
    private final String boot;
    private final Ports ports;
    private final Consumer<Container> autoRemove;

    Runs(Core core, Ports ports, Consumer<Container> autoRemove) {
        this.core = core;
        this.ports = ports;
        this.boot = bootId();
        this.autoRemove = autoRemove;
    }

    /** The program has just been started. */
    void begin(Container container, Launched launched) {
        Run run = new Run(container);
        MonitorClient monitor = connect(container, run).orElse(null);
        core.directory().keepAnyhow(container, record -> record.started(launched.started()));
        container.runs(launched.init(), launched.process().pid(), monitor);
        core.directory().tell(container);
        core.events().publish("container.started", container.id(), container.name(), Map.of());
        run.settled();
        if (monitor == null) {
            run.over();
        }
    }

    /**
     * It ran on while no service was there.
     *
     * @return empty when its monitor cannot be reached; else to be told once everything else about the container is known
     */
    Optional<Run> resume(Container container, MonitorRecord record) {
        Run run = new Run(container);
        return connect(container, run).map(monitor -> {
            core.groups().ranOutOfMemoryAgain(container.id()); // what was so before was told before, or is old news
            container.runs(
                    record.init(), record.process().map(ProcessIdentity::pid).orElse(null), monitor);
            return run;
        });
    }

    private Optional<MonitorClient> connect(Container container, Run run) {
        try {
            return Optional.of(
                    MonitorClient.connect(core.engine().calls(), core.paths().runtime(container.id()), run));
        } catch (MonitorGone e) {
            return Optional.empty(); // ended between its start and now
        }
    }

    /**
     * Asks a monitor whose socket somebody has deleted to make it anew. One of before this could be asked does nothing.
     *
     * @return whether the socket is there
     */
    boolean listenAgain(Container container, MonitorRecord record) {
        Path directory = core.paths().runtime(container.id());
        Path socket = directory.resolve(MonitorClient.SOCKET);
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot make " + directory, e);
            return false;
        }
        signal(record.monitor(), Signal.parse("HUP"));
        long deadline = System.nanoTime() + SOCKET_PATIENCE.toNanos();
        while (!Files.exists(socket) && System.nanoTime() < deadline && !awaitEnd(record, GLANCE)) {
            continue;
        }
        return Files.exists(socket);
    }

    /** It has ended. The record is on the disk before anybody hears of it: who does may remove the container at once. */
    void finish(Container container, ExitRecord exit) {
        awaitNothingLeft(container);
        boolean starved = exit.code() == KILLED
                && !container.stopRequested()
                && core.groups().ranOutOfMemory(container.id());
        boolean untold = starved && core.groups().ranOutOfMemoryAgain(container.id());
        String why = why(container, exit, starved);
        core.directory().keepAnyhow(container, record -> record.ended(exit.time(), exit.code(), why, starved));
        core.groups().remove(container.id());
        if (untold) {
            core.events().publish("container.oom", container.id(), container.name(), Map.of());
        }
        boolean goesOn;
        synchronized (container) {
            goesOn = container.isRestarting();
            container.ended(ContainerState.EXITED);
            core.events()
                    .publish(
                            "container.exited",
                            container.id(),
                            container.name(),
                            Map.of("exitCode", Integer.toString(exit.code())));
        }
        core.directory().tell(container);
        if (!goesOn) {
            removeEnded(container);
        }
    }

    /**
     * One that is to be removed when it ends. Its log goes with it: those who watched it end must have read it. Who is awaited may take as
     * long as he likes, and may be the one who has asked for this: that is waited for elsewhere.
     */
    void removeEnded(Container container) {
        if (!container.record().config().autoRemove()) {
            return;
        }
        if (container.audience().hasAwaited()) {
            Thread thread = new Thread(() -> removeUnwatched(container), "removal " + container.name());
            thread.setDaemon(true);
            thread.start();
        } else {
            removeUnwatched(container);
        }
    }

    /** One whose start has failed and that is to be removed when it ends; a restart looks after that itself. */
    void removeFailed(Container container) {
        if (container.record().config().autoRemove() && !container.isRestarting()) {
            remove(container);
        }
    }

    private void removeUnwatched(Container container) {
        container.audience().awaitNone(VIEWERS_PATIENCE);
        if (!container.isRestarting()) { // else its next end, or that there is none, leads here again
            remove(container);
        }
    }

    private void remove(Container container) {
        try {
            autoRemove.accept(container);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "cannot remove container " + container.name(), e);
        }
    }

    /** What came from nowhere but one's own request needs no reason. */
    private static String why(Container container, ExitRecord exit, boolean starved) {
        Long limit = container.record().config().resources().memory();
        if (starved && limit != null) {
            return "the kernel ended it: it needed more memory than its limit of " + (limit >> 20) + " MiB";
        }
        return exit.reason().isEmpty() || container.stopRequested() ? null : exit.reason();
    }

    /** How one ended that left no record of it. */
    ExitRecord killed(String why) {
        return new ExitRecord(
                KILLED, Signal.KILL.number(), core.engine().clock().instant(), why);
    }

    /** Whether a record speaks of processes of this boot. */
    boolean isOfThisBoot(MonitorRecord record) {
        return record.boot().equals(boot);
    }

    /** Whether the monitor lives. */
    boolean isRunning(MonitorRecord record) {
        return record.isRunning(PROC, boot);
    }

    /**
     * The monitor takes PID 1 and the network with it: afterwards no port and no process is left. When it was killed they go by
     * themselves, a moment later.
     */
    private void awaitNothingLeft(Container container) {
        core.groups().thaw(container.id());
        MonitorRecord.read(core.paths().container(container.id()))
                .filter(record -> awaitEnd(record, MONITOR_PATIENCE))
                .ifPresent(this::endOrphans);
    }

    private void endOrphans(MonitorRecord record) {
        if (!isOfThisBoot(record)) {
            return;
        }
        Stream.of(Optional.of(record.init()), record.network(), record.relay())
                .flatMap(Optional::stream)
                .filter(orphan -> !awaitEnd(orphan, UNDO_PATIENCE))
                .forEach(orphan -> {
                    signal(orphan, Signal.KILL);
                    awaitEnd(orphan, UNDO_PATIENCE);
                });
    }

    /** @return whether the monitor is gone within the time */
    boolean awaitEnd(MonitorRecord record, Duration patience) {
        return !isOfThisBoot(record) || awaitEnd(record.monitor(), patience);
    }

    private boolean awaitEnd(ProcessIdentity process, Duration patience) {
        return process.awaitEnd(core.engine().calls(), PROC, patience);
    }

    /** Ends what a monitor watches, by its first process: the monitor cleans up after that. One that does not is ended as well. */
    void end(MonitorRecord record) {
        signal(record.init(), Signal.KILL);
        if (!awaitEnd(record, UNDO_PATIENCE)) {
            signal(record.monitor(), Signal.KILL);
            awaitEnd(record, UNDO_PATIENCE);
        }
    }

    private void signal(ProcessIdentity process, Signal signal) {
        process.signal(core.engine().calls(), PROC, signal);
    }

    private static String bootId() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot read the boot id of this machine: " + e.getMessage(), e);
        }
    }

    /** One run of a container: hears its monitor, on that connection's own thread. */
    final class Run implements MonitorClient.Listener {
        private final Container container;
        private final CountDownLatch ready = new CountDownLatch(1);
        private volatile boolean over;
        private volatile NetworkState networkState;
        /** How it ended, as the monitor told it: on a full disk it cannot write that down. */
        private volatile ExitRecord told;

        private Run(Container container) {
            this.container = container;
        }

        /** The start is written down: the end may be. */
        void settled() {
            ready.countDown();
        }

        @Override
        public void appended(long end) {
            container.appended();
        }

        @Override
        public void exited(int code, int signal, long end) {
            told = new ExitRecord(code, signal, core.engine().clock().instant(), "");
            container.appended();
        }

        /** On a thread of its own: this one must hear the end of a container whose network does not answer. */
        @Override
        public void network(NetworkState state) {
            networkState = state;
            Thread thread = new Thread(this::settleNetwork, "network " + container.name());
            thread.setDaemon(true);
            thread.start();
        }

        /** Of several at once each does what came last. */
        private void settleNetwork() {
            try {
                ready.await();
                synchronized (container.portLock()) {
                    if (!over) {
                        ports.network(container, networkState);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "cannot forward the ports of container " + container.name(), e);
            }
        }

        @Override
        public void closed() {
            over();
        }

        private ExitRecord exit() {
            return ExitRecord.read(core.paths().container(container.id()))
                    .or(() -> Optional.ofNullable(told))
                    .orElseGet(() -> killed("its monitor was killed"));
        }

        /** The exit file is written before the monitor goes; without one, the monitor was killed. */
        private void over() {
            try {
                ready.await();
                synchronized (this) {
                    if (over) {
                        return;
                    }
                    over = true;
                }
                awaitNothingLeft(container);
                finish(container, exit());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "cannot record the end of container " + container.name(), e);
            }
        }
    }
}
