package dev.berth.linux;

/**
 * Attributes of a mount.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mount_setattr.2.html">mount_setattr(2)</a>
 */
public final class MountAttribute {
    public static final long RDONLY = 0x01L;
    public static final long NOSUID = 0x02L;
    public static final long NODEV = 0x04L;
    public static final long NOEXEC = 0x08L;
    public static final long NOSYMFOLLOW = 0x200000L;

    private MountAttribute() {}
}
