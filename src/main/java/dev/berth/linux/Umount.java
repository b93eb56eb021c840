package dev.berth.linux;

/**
 * Flags of umount2.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/umount.2.html">umount(2)</a>
 */
public final class Umount {
    public static final int DETACH = 2;
    public static final int NOFOLLOW = 8;

    private Umount() {}
}
