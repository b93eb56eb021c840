package dev.berth.linux;

/**
 * Flags of open. Two of them differ between architectures.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</a>
 */
public final class Open {
    public static final int RDONLY = 0;
    public static final int WRONLY = 01;
    public static final int RDWR = 02;
    public static final int CREAT = 0100;
    public static final int EXCL = 0200;
    public static final int NOCTTY = 0400;
    public static final int TRUNC = 01000;
    public static final int APPEND = 02000;
    public static final int NONBLOCK = 04000;
    public static final int DIRECTORY = Architecture.ARM64 ? 040000 : 0200000;
    public static final int NOFOLLOW = Architecture.ARM64 ? 0100000 : 0400000;
    public static final int CLOEXEC = 02000000;
    public static final int PATH = 010000000;
    public static final int TMPFILE = 020000000 | DIRECTORY;

    private Open() {}
}
