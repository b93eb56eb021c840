package dev.berth.linux;

/**
 * Flags of setxattr.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/setxattr.2.html">setxattr(2)</a>
 */
public final class Xattr {
    public static final int CREATE = 1;
    public static final int REPLACE = 2;

    private Xattr() {}
}
