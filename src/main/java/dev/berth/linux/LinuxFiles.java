package dev.berth.linux;

import static dev.berth.linux.Kernel.cString;
import static dev.berth.linux.Kernel.check;
import static dev.berth.linux.Kernel.retry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

interface LinuxFiles extends FileCalls {
    int F_DUPFD_CLOEXEC = 1030;
    int F_ADD_SEALS = 1033;
    int STATX_BASIC_AND_MOUNT = 0x7ff | 0x1000;
    int PATH_MAX = 4096;
    int DIRECTORY_BUFFER = 32 * 1024;

    @Override
    default int openat2(int directory, byte[] path, int flags, int mode, long resolve) {
        ByteBuffer how = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
        how.putLong(Integer.toUnsignedLong(flags | Open.CLOEXEC)).putLong(mode).putLong(resolve);
        byte[] name = cString("openat2", path);
        while (true) {
            int fd = (int) LibC.syscall(LibC.OPENAT2, directory, name, how.array(), 24);
            if (fd >= 0) {
                return fd;
            }
            Errno errno = Kernel.lastError();
            // EAGAIN: a rename raced with ".." beneath RESOLVE_IN_ROOT; the manual asks the caller to repeat.
            if (errno != Errno.EINTR && errno != Errno.EAGAIN) {
                throw new SyscallException("openat2", path, errno);
            }
        }
    }

    @Override
    default int openat(int directory, byte[] path, int flags, int mode) {
        byte[] name = cString("openat", path);
        return retry("openat", path, () -> LibC.openat(directory, name, flags | Open.CLOEXEC, mode));
    }

    @Override
    default void close(int fd) {
        LibC.close(fd);
    }

    @Override
    default int read(int fd, ByteBuffer into) {
        return Buffers.into(into, (memory, length) -> retry("read", fd, () -> LibC.read(fd, memory, length)));
    }

    @Override
    default int pread(int fd, ByteBuffer into, long offset) {
        return Buffers.into(into, (memory, length) -> retry("pread", fd, () -> LibC.pread(fd, memory, length, offset)));
    }

    @Override
    default int write(int fd, ByteBuffer from) {
        return Buffers.from(from, (memory, length) -> retry("write", fd, () -> LibC.write(fd, memory, length)));
    }

    @Override
    default int pwrite(int fd, ByteBuffer from, long offset) {
        return Buffers.from(
                from, (memory, length) -> retry("pwrite", fd, () -> LibC.pwrite(fd, memory, length, offset)));
    }

    @Override
    default long lseek(int fd, long offset, int whence) {
        return retry("lseek", fd, () -> LibC.lseek(fd, offset, whence));
    }

    @Override
    default void ftruncate(int fd, long length) {
        retry("ftruncate", fd, () -> LibC.ftruncate(fd, length));
    }

    @Override
    default void fsync(int fd) {
        retry("fsync", fd, () -> LibC.fsync(fd));
    }

    @Override
    default void syncfs(int fd) {
        retry("syncfs", fd, () -> LibC.syncfs(fd));
    }

    @Override
    default boolean flock(int fd, int operation) {
        try {
            retry("flock", fd, () -> LibC.flock(fd, operation));
            return true;
        } catch (SyscallException e) {
            if (e.is(Errno.EAGAIN)) {
                return false;
            }
            throw e;
        }
    }

    @Override
    default void mkdirat(int directory, byte[] path, int mode) {
        check("mkdirat", path, LibC.mkdirat(directory, cString("mkdirat", path), mode));
    }

    @Override
    default void mknodat(int directory, byte[] path, int mode, long device) {
        check("mknodat", path, LibC.mknodat(directory, cString("mknodat", path), mode, device));
    }

    @Override
    default void symlinkat(byte[] target, int directory, byte[] link) {
        byte[] to = cString("symlinkat", target);
        check("symlinkat", link, LibC.symlinkat(to, directory, cString("symlinkat", link)));
    }

    @Override
    default void linkat(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags) {
        byte[] from = cString("linkat", oldPath);
        byte[] to = cString("linkat", newPath);
        check("linkat", newPath, LibC.linkat(oldDirectory, from, newDirectory, to, flags));
    }

    @Override
    default void unlinkat(int directory, byte[] path, int flags) {
        check("unlinkat", path, LibC.unlinkat(directory, cString("unlinkat", path), flags));
    }

    @Override
    default void renameat2(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags) {
        byte[] from = cString("renameat2", oldPath);
        byte[] to = cString("renameat2", newPath);
        check("renameat2", newPath, LibC.renameat2(oldDirectory, from, newDirectory, to, flags));
    }

    @Override
    default byte[] readlinkat(int directory, byte[] path) {
        byte[] into = new byte[PATH_MAX];
        long length =
                check("readlinkat", path, LibC.readlinkat(directory, cString("readlinkat", path), into, into.length));
        return Arrays.copyOf(into, (int) length);
    }

    @Override
    default void fchownat(int directory, byte[] path, int uid, int gid, int flags) {
        check("fchownat", path, LibC.fchownat(directory, cString("fchownat", path), uid, gid, flags));
    }

    @Override
    default void fchown(int fd, int uid, int gid) {
        check("fchown", fd, LibC.fchown(fd, uid, gid));
    }

    @Override
    default void fchmodat(int directory, byte[] path, int mode) {
        check("fchmodat", path, LibC.fchmodat(directory, cString("fchmodat", path), mode, 0));
    }

    @Override
    default void fchmod(int fd, int mode) {
        check("fchmod", fd, LibC.fchmod(fd, mode));
    }

    @Override
    default void utimensat(int directory, byte[] path, Timestamp accessed, Timestamp modified, int flags) {
        long[] times = {accessed.seconds(), accessed.nanoseconds(), modified.seconds(), modified.nanoseconds()};
        if (path == null) {
            check("futimens", directory, LibC.futimens(directory, times));
        } else {
            check("utimensat", path, LibC.utimensat(directory, cString("utimensat", path), times, flags));
        }
    }

    @Override
    default Stat statx(int directory, byte[] path, int flags) {
        byte[] into = new byte[256];
        byte[] name = cString("statx", path);
        retry("statx", path, () -> LibC.statx(directory, name, flags, STATX_BASIC_AND_MOUNT, into));
        return stat(ByteBuffer.wrap(into).order(ByteOrder.nativeOrder()));
    }

    private static Stat stat(ByteBuffer statx) {
        return new Stat(
                statx.getShort(28) & 0xffff,
                statx.getInt(20),
                statx.getInt(24),
                statx.getLong(40),
                statx.getLong(48),
                statx.getInt(16),
                statx.getLong(32),
                Stat.device(statx.getInt(136), statx.getInt(140)),
                Stat.device(statx.getInt(128), statx.getInt(132)),
                timestamp(statx, 64),
                timestamp(statx, 112),
                timestamp(statx, 96),
                statx.getLong(144));
    }

    private static Timestamp timestamp(ByteBuffer statx, int at) {
        return new Timestamp(statx.getLong(at), statx.getInt(at + 8));
    }

    @Override
    default List<DirectoryEntry> getdents(int directory) {
        byte[] into = new byte[DIRECTORY_BUFFER];
        List<DirectoryEntry> entries = new ArrayList<>();
        // A batch that holds only "." and ".." is not yet the end.
        while (entries.isEmpty()) {
            int end = (int) retry("getdents64", directory, () -> LibC.getdents64(directory, into, into.length));
            if (end == 0) {
                return entries;
            }
            ByteBuffer batch = ByteBuffer.wrap(into).order(ByteOrder.nativeOrder());
            for (int at = 0; at < end; at += batch.getShort(at + 16) & 0xffff) {
                byte[] name = nameAt(into, at + 19);
                if (!isDot(name)) {
                    entries.add(new DirectoryEntry(name, batch.getLong(at), (batch.get(at + 18) & 0xff) << 12));
                }
            }
        }
        return entries;
    }

    private static byte[] nameAt(byte[] bytes, int at) {
        int end = at;
        while (bytes[end] != 0) {
            end++;
        }
        return Arrays.copyOfRange(bytes, at, end);
    }

    private static boolean isDot(byte[] name) {
        return name.length <= 2 && name[0] == '.' && name[name.length - 1] == '.';
    }

    @Override
    default StatFs fstatfs(int fd) {
        long[] into = new long[15];
        retry("fstatfs", fd, () -> LibC.fstatfs(fd, into));
        return new StatFs(into[0], into[2] * into[1], into[4] * into[1], into[5], into[6]);
    }

    @Override
    default long copyFileRange(int from, int to, long length) {
        return retry("copy_file_range", from, () -> LibC.copy_file_range(from, null, to, null, length, 0));
    }

    @Override
    default int duplicate(int fd, int lowest) {
        return check("fcntl F_DUPFD_CLOEXEC", fd, LibC.fcntl(fd, F_DUPFD_CLOEXEC, lowest));
    }

    @Override
    default int memfdCreate(String name, int flags) {
        int closeOnExec = 1;
        byte[] bytes = Syscalls.bytes(name);
        return check("memfd_create", bytes, LibC.memfd_create(cString("memfd_create", bytes), flags | closeOnExec));
    }

    @Override
    default void addSeals(int fd, int seals) {
        check("fcntl F_ADD_SEALS", fd, LibC.fcntl(fd, F_ADD_SEALS, seals));
    }
}
