package dev.berth.linux;

/**
 * How far openat2 may go.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/openat2.2.html">openat2(2)</a>
 */
public final class Resolve {
    public static final long NO_XDEV = 0x01L;
    public static final long NO_MAGICLINKS = 0x02L;
    public static final long NO_SYMLINKS = 0x04L;
    public static final long BENEATH = 0x08L;
    public static final long IN_ROOT = 0x10L;

    private Resolve() {}
}
