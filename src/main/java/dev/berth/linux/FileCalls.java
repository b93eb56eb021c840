package dev.berth.linux;

import java.nio.ByteBuffer;
import java.util.List;

/** Files and directories. Ids are the kernel's unsigned 32 bits; -1 leaves an owner as it is. */
public interface FileCalls {
    /**
     * Opens a path beneath a directory; the kernel keeps it there.
     *
     * @param flags of {@link Open}
     * @param resolve of {@link Resolve}
     * @see <a href="https://man7.org/linux/man-pages/man2/openat2.2.html">openat2(2)</a>
     */
    int openat2(int directory, byte[] path, int flags, int mode, long resolve);

    /** As <a href="https://man7.org/linux/man-pages/man2/openat.2.html">openat(2)</a>. */
    int openat(int directory, byte[] path, int flags, int mode);

    /** Closes; an error of close is of no use to anybody and is not told. */
    void close(int fd);

    /**
     * @return the number of bytes read into the buffer, whose position advances; 0 at the end
     * @see <a href="https://man7.org/linux/man-pages/man2/read.2.html">read(2)</a>
     */
    int read(int fd, ByteBuffer into);

    /** As {@link #read} at an offset. @see <a href="https://man7.org/linux/man-pages/man2/pread.2.html">pread(2)</a> */
    int pread(int fd, ByteBuffer into, long offset);

    /**
     * Writes once; may write less than there is.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/write.2.html">write(2)</a>
     */
    int write(int fd, ByteBuffer from);

    /** As {@link #write} at an offset. */
    int pwrite(int fd, ByteBuffer from, long offset);

    /** Writes all of it. */
    default void writeFully(int fd, ByteBuffer from) {
        while (from.hasRemaining()) {
            write(fd, from);
        }
    }

    /** Writes all of it. */
    default void writeFully(int fd, byte[] from) {
        writeFully(fd, ByteBuffer.wrap(from));
    }

    /** As <a href="https://man7.org/linux/man-pages/man2/lseek.2.html">lseek(2)</a>. */
    long lseek(int fd, long offset, int whence);

    /** As <a href="https://man7.org/linux/man-pages/man2/ftruncate.2.html">ftruncate(2)</a>. */
    void ftruncate(int fd, long length);

    /** As <a href="https://man7.org/linux/man-pages/man2/fsync.2.html">fsync(2)</a>. */
    void fsync(int fd);

    /** As <a href="https://man7.org/linux/man-pages/man2/syncfs.2.html">syncfs(2)</a>. */
    void syncfs(int fd);

    /**
     * @param operation of {@link Flock}
     * @return false when {@link Flock#NONBLOCK} was asked for and somebody else holds the lock
     * @see <a href="https://man7.org/linux/man-pages/man2/flock.2.html">flock(2)</a>
     */
    boolean flock(int fd, int operation);

    /** As <a href="https://man7.org/linux/man-pages/man2/mkdirat.2.html">mkdirat(2)</a>. */
    void mkdirat(int directory, byte[] path, int mode);

    /**
     * @param mode type ({@link Mode}) and permissions
     * @param device from {@link Stat#device(int, int)}
     * @see <a href="https://man7.org/linux/man-pages/man2/mknodat.2.html">mknodat(2)</a>
     */
    void mknodat(int directory, byte[] path, int mode, long device);

    /** As <a href="https://man7.org/linux/man-pages/man2/symlinkat.2.html">symlinkat(2)</a>. */
    void symlinkat(byte[] target, int directory, byte[] link);

    /** As <a href="https://man7.org/linux/man-pages/man2/linkat.2.html">linkat(2)</a>. */
    void linkat(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags);

    /** As <a href="https://man7.org/linux/man-pages/man2/unlinkat.2.html">unlinkat(2)</a>. */
    void unlinkat(int directory, byte[] path, int flags);

    /** As <a href="https://man7.org/linux/man-pages/man2/renameat2.2.html">renameat2(2)</a>. */
    void renameat2(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags);

    /** As <a href="https://man7.org/linux/man-pages/man2/readlinkat.2.html">readlinkat(2)</a>. */
    byte[] readlinkat(int directory, byte[] path);

    /** As <a href="https://man7.org/linux/man-pages/man2/fchownat.2.html">fchownat(2)</a>. */
    void fchownat(int directory, byte[] path, int uid, int gid, int flags);

    /** As <a href="https://man7.org/linux/man-pages/man2/fchown.2.html">fchown(2)</a>. */
    void fchown(int fd, int uid, int gid);

    /**
     * Follows a symbolic link.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/fchmodat.2.html">fchmodat(2)</a>
     */
    void fchmodat(int directory, byte[] path, int mode);

    /** As <a href="https://man7.org/linux/man-pages/man2/fchmod.2.html">fchmod(2)</a>. */
    void fchmod(int fd, int mode);

    /**
     * @param path null = the descriptor's own file (futimens)
     * @see <a href="https://man7.org/linux/man-pages/man2/utimensat.2.html">utimensat(2)</a>
     */
    void utimensat(int directory, byte[] path, Timestamp accessed, Timestamp modified, int flags);

    /**
     * @param flags of {@link At}; with {@link At#EMPTY_PATH} and an empty path the descriptor's own file
     * @see <a href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</a>
     */
    Stat statx(int directory, byte[] path, int flags);

    /** Of an open descriptor, O_PATH ones too. */
    default Stat fstat(int fd) {
        return statx(fd, new byte[0], At.EMPTY_PATH | At.SYMLINK_NOFOLLOW);
    }

    /**
     * The next entries of an open directory, without "." and ".."; empty at the end.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/getdents.2.html">getdents64(2)</a>
     */
    List<DirectoryEntry> getdents(int directory);

    /** As <a href="https://man7.org/linux/man-pages/man2/statfs.2.html">fstatfs(2)</a>. */
    StatFs fstatfs(int fd);

    /**
     * @return the bytes copied, 0 at the end of the source
     * @see <a href="https://man7.org/linux/man-pages/man2/copy_file_range.2.html">copy_file_range(2)</a>
     */
    long copyFileRange(int from, int to, long length);

    /** A copy of the descriptor, close-on-exec, numbered at least {@code lowest}. */
    int duplicate(int fd, int lowest);

    /** As <a href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</a>. */
    int memfdCreate(String name, int flags);

    /** As <a href="https://man7.org/linux/man-pages/man2/fcntl.2.html">fcntl(2)</a>, F_ADD_SEALS. */
    void addSeals(int fd, int seals);
}
