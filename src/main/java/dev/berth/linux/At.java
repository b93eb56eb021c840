package dev.berth.linux;

/**
 * Directory descriptor and flags of the *at calls.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</a>
 */
public final class At {
    /** The current directory. */
    public static final int FDCWD = -100;

    public static final int SYMLINK_NOFOLLOW = 0x100;
    public static final int REMOVEDIR = 0x200;
    public static final int SYMLINK_FOLLOW = 0x400;
    public static final int NO_AUTOMOUNT = 0x800;
    public static final int EMPTY_PATH = 0x1000;
    public static final int RECURSIVE = 0x8000;

    private At() {}
}
