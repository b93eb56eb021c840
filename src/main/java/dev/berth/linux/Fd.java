package dev.berth.linux;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open descriptor that closes itself at the end of a try block. Closing twice is harmless; using it after closing
 * is an error of the program.
 */
public final class Fd implements AutoCloseable {
    private final FileCalls calls;
    private final AtomicInteger number;

    public Fd(FileCalls calls, int number) {
        this.calls = calls;
        this.number = new AtomicInteger(number);
    }

    /** The number, to hand to a call; the descriptor stays this object's. */
    public int number() {
        int fd = number.get();
        if (fd < 0) {
            throw new IllegalStateException("the descriptor is closed");
        }
        return fd;
    }

    /** The number, which is the caller's from now on; closing this object does nothing more. */
    public int release() {
        int fd = number.getAndSet(-1);
        if (fd < 0) {
            throw new IllegalStateException("the descriptor is closed");
        }
        return fd;
    }

    /** The path by which other programs and NIO reach the file while this is open. */
    public String procPath() {
        return "/proc/self/fd/" + number();
    }

    @Override
    public void close() {
        int fd = number.getAndSet(-1);
        if (fd >= 0) {
            calls.close(fd);
        }
    }
}
