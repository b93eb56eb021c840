package dev.berth.launcher;

import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Memfd;
import dev.berth.linux.Spawn;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Starts monitors from a sealed copy of berth-init, and reaps those that have ended: they are this process's children as
 * long as it lives, and are init's afterwards.
 */
final class Monitors implements AutoCloseable {
    private static final long LOOK_MILLISECONDS = 200;
    private static final long SHORT_MILLISECONDS = 5;
    private static final long END_MILLISECONDS = 10_000;

    private final Syscalls calls;
    private final Path file;
    private Fd program;
    private final Set<Integer> children = new HashSet<>();
    private boolean closed;

    /** @param program the file of berth-init */
    Monitors(Syscalls calls, Path program) {
        this.calls = calls;
        this.file = program;
        this.program = sealed();
        Thread reaper = new Thread(this::reap, "monitor-reaper");
        reaper.setDaemon(true);
        reaper.start();
    }

    private Fd sealed() {
        try {
            return Memfd.sealedProgram(calls, "berth-init", Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + "; the installation is not complete", e);
        }
    }

    /** Starts a monitor with these descriptors from 0 on; the environment is empty, for /proc/1/environ shows it. */
    int start(List<Integer> descriptors) {
        synchronized (children) {
            int pid = spawn(descriptors);
            children.add(pid);
            children.notifyAll();
            return pid;
        }
    }

    private int spawn(List<Integer> descriptors) {
        try {
            return calls.posixSpawn(spawnOf(descriptors));
        } catch (SyscallException e) {
            if (!e.is(Errno.EACCES)) {
                throw e;
            }
            // Before Linux 6.3 a container's root can take the right to be executed from the file of its PID 1.
            program.close();
            program = sealed();
            return calls.posixSpawn(spawnOf(descriptors));
        }
    }

    private Spawn spawnOf(List<Integer> descriptors) {
        List<Integer> all = new ArrayList<>(descriptors);
        all.add(program.number());
        String path = "/proc/self/fd/" + descriptors.size();
        return new Spawn(path, List.of("berth-init", "monitor"), List.of(), all, true);
    }

    /** Waits for the end of a monitor that said that it failed, so that nothing of it is left when the error is told. */
    void awaitEnd(int pid) {
        long end = System.nanoTime() + END_MILLISECONDS * 1_000_000;
        synchronized (children) {
            children.removeIf(this::isGone);
            while (children.contains(pid) && System.nanoTime() < end) {
                try {
                    children.wait(SHORT_MILLISECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                children.removeIf(this::isGone);
            }
        }
    }

    private void reap() {
        synchronized (children) {
            while (!closed) {
                children.removeIf(this::isGone);
                try {
                    children.wait(children.isEmpty() ? 0 : LOOK_MILLISECONDS);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    private boolean isGone(int pid) {
        try {
            return calls.waitNoHang(pid).isPresent();
        } catch (SyscallException e) {
            return e.is(Errno.ECHILD);
        }
    }

    @Override
    public void close() {
        synchronized (children) {
            closed = true;
            children.notifyAll();
        }
        program.close();
    }
}
