package dev.berth.linux;

/** Files in memory that nobody can change any more. */
public final class Memfd {
    private static final int SEALS = Seal.SEAL | Seal.SHRINK | Seal.GROW | Seal.WRITE;

    private Memfd() {}

    /**
     * A file with these bytes that takes no write, no truncation and no further seal.
     *
     * @param name for messages and {@code /proc/PID/fd}
     */
    public static Fd sealed(Syscalls calls, String name, byte[] content) {
        return seal(calls, name, content, 0, SEALS);
    }

    /**
     * As {@link #sealed}, to be executed. A container's root owns the file of its PID 1, so {@code /proc/1/exe} must not
     * be a file on disk (CVE-2019-5736). Of a sealed one, which others are started from as well, it cannot take the right to
     * be executed either; before Linux 6.3 it can.
     */
    public static Fd sealedProgram(Syscalls calls, String name, byte[] content) {
        try {
            return seal(calls, name, content, Seal.EXEC_MEMFD, SEALS | Seal.EXEC);
        } catch (SyscallException e) {
            if (!e.is(Errno.EINVAL)) {
                throw e;
            }
            // Before Linux 6.3 there is no such flag or seal, and every memfd may be executed.
            return seal(calls, name, content, 0, SEALS);
        }
    }

    private static Fd seal(Syscalls calls, String name, byte[] content, int flags, int seals) {
        Fd fd = new Fd(calls, calls.memfdCreate(name, Seal.ALLOW_SEALING | flags));
        try {
            calls.writeFully(fd.number(), content);
            calls.lseek(fd.number(), 0, Seek.SET);
            calls.addSeals(fd.number(), seals);
            return fd;
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }
}
