package dev.berth.linux;

/**
 * A file system: its magic number, its sizes in bytes and its inodes.
 *
 * @param available bytes that an unprivileged user may still write
 * @see <a href="https://man7.org/linux/man-pages/man2/statfs.2.html">statfs(2)</a>
 */
public record StatFs(long type, long total, long available, long inodes, long freeInodes) {
    public static final long OVERLAY = 0x794c7630L;
    public static final long PROC = 0x9fa0L;
    public static final long DEVPTS = 0x1cd1L;
    public static final long TMPFS = 0x01021994L;
    public static final long NFS = 0x6969L;
    public static final long CGROUP2 = 0x63677270L;
}
