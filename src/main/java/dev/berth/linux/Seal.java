package dev.berth.linux;

/**
 * Flags and seals of a memfd.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</a>
 */
public final class Seal {
    /** A flag of memfd_create. */
    public static final int ALLOW_SEALING = 2;

    /** A flag of memfd_create (Linux 6.3): the file is meant to be executed. */
    public static final int EXEC_MEMFD = 0x10;

    public static final int SEAL = 1;
    public static final int SHRINK = 2;
    public static final int GROW = 4;
    public static final int WRITE = 8;

    /** Linux 6.3: who may execute it stays as it is. */
    public static final int EXEC = 0x20;

    private Seal() {}
}
