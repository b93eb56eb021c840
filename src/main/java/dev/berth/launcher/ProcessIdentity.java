package dev.berth.launcher;

import dev.berth.linux.PidFd;
import dev.berth.linux.ProcStat;
import dev.berth.linux.Syscalls;
import java.nio.file.Path;
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

    /** Whether it runs; a zombie does not. */
    public boolean isRunning(Path proc) {
        return ProcStat.read(proc, pid)
                .filter(stat -> stat.startTime() == startTime && !stat.isZombie())
                .isPresent();
    }
}
