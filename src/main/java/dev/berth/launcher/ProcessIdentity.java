package dev.berth.launcher;

import dev.berth.linux.PidFd;
import dev.berth.linux.ProcStat;
import dev.berth.linux.Syscalls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A process that is not mistaken for another which gets its number later (until the next boot).
 *
 * @param startTime in clock ticks since boot
 */
public record ProcessIdentity(int pid, long startTime) {
    /** The process with this number now; empty when there is none. */
    public static Optional<ProcessIdentity> of(Path proc, int pid) {
        return ProcStat.read(proc, pid).map(stat -> new ProcessIdentity(pid, stat.startTime()));
    }

    /** A handle on it; empty when it is gone. */
    public Optional<PidFd> open(Syscalls calls, Path proc) {
        return PidFd.open(calls, proc, pid, startTime);
    }

    /** Sends a signal; to one that is gone nothing is sent. */
    public void signal(Syscalls calls, Path proc, Signal signal) {
        try (PidFd open = open(calls, proc).orElse(null)) {
            if (open != null) {
                open.signal(signal.number());
            }
        }
    }

    /** @return whether it is gone within the time */
    public boolean awaitEnd(Syscalls calls, Path proc, Duration patience) {
        try (PidFd open = open(calls, proc).orElse(null)) {
            return open == null || open.awaitEnd(patience);
        }
    }

    /** Whether it runs; a zombie does not. */
    public boolean isRunning(Path proc) {
        return ProcStat.read(proc, pid)
                .filter(stat -> stat.startTime() == startTime && !stat.isZombie())
                .isPresent();
    }
}
