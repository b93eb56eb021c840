package dev.berth.linux;

import java.nio.charset.StandardCharsets;

/** A kernel call that failed: which call, on what, and why. The one exception that this package throws for the kernel. */
public final class SyscallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final String path;
    private final Errno errno;

    /**
     * @param path what the call was about: a path, a name or a short description; empty when there is none
     */
    public SyscallException(String call, String path, Errno errno) {
        super(
                path.isEmpty()
                        ? "%s: %s (%s)".formatted(call, errno.text(), errno)
                        : "%s '%s': %s (%s)".formatted(call, path, errno.text(), errno));
        this.call = call;
        this.path = path;
        this.errno = errno;
    }

    /** @param path as the kernel got it; bytes that are not UTF-8 are shown as U+FFFD */
    public SyscallException(String call, byte[] path, Errno errno) {
        this(call, path == null ? "" : new String(path, StandardCharsets.UTF_8), errno);
    }

    public String call() {
        return call;
    }

    public String path() {
        return path;
    }

    public Errno errno() {
        return errno;
    }

    public boolean is(Errno other) {
        return errno == other;
    }
}
