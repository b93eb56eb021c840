package dev.berth.linux;

/**
 * What the kernel tells about a file.
 *
 * @param mode type and permissions
 * @param device the device that holds the file, see {@link #device(int, int)}
 * @param rdevice the device that a device node stands for
 * @param blocks of 512 bytes
 * @param mount the mount's id, which tells two mounts of one file system apart (Linux 5.8)
 * @see <a href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</a>
 */
public record Stat(
        int mode,
        int uid,
        int gid,
        long size,
        long blocks,
        int links,
        long inode,
        long device,
        long rdevice,
        Timestamp accessed,
        Timestamp modified,
        Timestamp changed,
        long mount) {

    /**
     * A device's number as mknod takes it.
     *
     * @see <a href="https://man7.org/linux/man-pages/man3/makedev.3.html">makedev(3)</a>
     */
    public static long device(int major, int minor) {
        long high = Integer.toUnsignedLong(major);
        long low = Integer.toUnsignedLong(minor);
        return ((high & 0xfffff000L) << 32) | ((high & 0xfff) << 8) | ((low & 0xffffff00L) << 12) | (low & 0xff);
    }

    public static int major(long device) {
        return (int) (((device >>> 32) & 0xfffff000L) | ((device >>> 8) & 0xfff));
    }

    public static int minor(long device) {
        return (int) (((device >>> 12) & 0xffffff00L) | (device & 0xff));
    }

    /** The type alone: one of {@link Mode}. */
    public int type() {
        return mode & Mode.TYPE;
    }

    /** The permissions with setuid, setgid and sticky: 07777. */
    public int permissions() {
        return mode & 07777;
    }

    public boolean isDirectory() {
        return type() == Mode.DIRECTORY;
    }

    public boolean isRegular() {
        return type() == Mode.REGULAR;
    }

    public boolean isSymlink() {
        return type() == Mode.SYMLINK;
    }

    /** A character device 0:0, which overlayfs takes for "deleted". */
    public boolean isWhiteout() {
        return type() == Mode.CHARACTER && rdevice == 0;
    }

    /** The same file, whatever its name. */
    public boolean sameFile(Stat other) {
        return inode == other.inode && device == other.device;
    }
}
