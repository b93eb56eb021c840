package dev.berth.linux;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A process that stays the one it was, whatever becomes of its number. */
public final class PidFd implements AutoCloseable {
    private final Syscalls calls;
    private final int pid;
    private final Fd fd;

    private PidFd(Syscalls calls, int pid, Fd fd) {
        this.calls = calls;
        this.pid = pid;
        this.fd = fd;
    }

    /** The process with this number and start time; empty when it is gone or the number is another process's by now. */
    public static Optional<PidFd> open(Syscalls calls, Path proc, int pid, long startTime) {
        Fd fd;
        try {
            fd = new Fd(calls, calls.pidfdOpen(pid));
        } catch (SyscallException e) {
            if (e.is(Errno.ESRCH) || e.is(Errno.EINVAL)) {
                return Optional.empty();
            }
            throw e;
        }
        // Only what was read after the descriptor was open is about the same process.
        boolean same = ProcStat.read(proc, pid)
                .filter(stat -> stat.startTime() == startTime)
                .isPresent();
        if (!same) {
            fd.close();
            return Optional.empty();
        }
        return Optional.of(new PidFd(calls, pid, fd));
    }

    public int pid() {
        return pid;
    }

    /** For poll: readable when the process has ended. */
    public int number() {
        return fd.number();
    }

    /**
     * Sends a signal.
     *
     * @return false when the process is gone
     */
    public boolean signal(int signal) {
        try {
            calls.pidfdSendSignal(fd.number(), signal);
            return true;
        } catch (SyscallException e) {
            if (e.is(Errno.ESRCH)) {
                return false;
            }
            throw e;
        }
    }

    public boolean isRunning() {
        return !awaitEnd(Duration.ZERO);
    }

    /**
     * Waits for the end.
     *
     * @return false when it runs on after that time
     */
    public boolean awaitEnd(Duration timeout) {
        return !calls.poll(List.of(new SocketCalls.PollRequest(fd.number(), Poll.IN)), timeout)
                .isEmpty();
    }

    @Override
    public void close() {
        fd.close();
    }
}
