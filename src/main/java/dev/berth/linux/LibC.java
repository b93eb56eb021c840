package dev.berth.linux;

import com.sun.jna.Pointer;

/**
 * The C library by JNA's direct mapping (0.2 µs a call). Functions with a variable argument list are declared with
 * fixed ones: on x86-64 and aarch64 Linux integers and pointers travel in the same registers either way. Calls
 * without a wrapper in glibc 2.35 go through syscall(2); their numbers (424 and above) are the same everywhere.
 *
 * <p>Results are raw; {@link Kernel} checks them.
 */
final class LibC {
    static final long PIDFD_SEND_SIGNAL = 424;
    static final long OPEN_TREE = 428;
    static final long MOVE_MOUNT = 429;
    static final long FSOPEN = 430;
    static final long FSCONFIG = 431;
    static final long FSMOUNT = 432;
    static final long PIDFD_OPEN = 434;
    static final long OPENAT2 = 437;
    static final long MOUNT_SETATTR = 442;

    static {
        SharedObject.bind(LibC.class, "libc.so.6");
    }

    private LibC() {}

    static native long syscall(long number, long a, byte[] b, byte[] c, long d);

    static native long syscall(long number, byte[] a, long b);

    static native long syscall(long number, long a, long b, long c, long d);

    static native long syscall(long number, long a, long b, byte[] c, byte[] d, long e);

    static native long syscall(long number, long a, byte[] b, long c);

    static native long syscall(long number, long a, byte[] b, long c, byte[] d, long e);

    static native int openat(int directory, byte[] path, int flags, int mode);

    static native int close(int fd);

    static native long read(int fd, Pointer into, long length);

    static native long pread(int fd, Pointer into, long length, long offset);

    static native long write(int fd, Pointer from, long length);

    static native long pwrite(int fd, Pointer from, long length, long offset);

    static native long lseek(int fd, long offset, int whence);

    static native int ftruncate(int fd, long length);

    static native int fsync(int fd);

    static native int syncfs(int fd);

    static native int flock(int fd, int operation);

    static native int fcntl(int fd, int command, long argument);

    static native int mkdirat(int directory, byte[] path, int mode);

    static native int mknodat(int directory, byte[] path, int mode, long device);

    static native int symlinkat(byte[] target, int directory, byte[] link);

    static native int linkat(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags);

    static native int unlinkat(int directory, byte[] path, int flags);

    static native int renameat2(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags);

    static native long readlinkat(int directory, byte[] path, byte[] into, long size);

    static native int fchownat(int directory, byte[] path, int uid, int gid, int flags);

    static native int fchown(int fd, int uid, int gid);

    static native int fchmodat(int directory, byte[] path, int mode, int flags);

    static native int fchmod(int fd, int mode);

    static native int utimensat(int directory, byte[] path, long[] times, int flags);

    static native int futimens(int fd, long[] times);

    static native int statx(int directory, byte[] path, int flags, int mask, byte[] into);

    static native long getdents64(int directory, byte[] into, long size);

    static native int fstatfs(int fd, long[] into);

    static native long copy_file_range(int from, Pointer fromOffset, int to, Pointer toOffset, long length, int flags);

    static native int memfd_create(byte[] name, int flags);

    static native int setxattr(byte[] path, byte[] name, byte[] value, long size, int flags);

    static native int lsetxattr(byte[] path, byte[] name, byte[] value, long size, int flags);

    static native int fsetxattr(int fd, byte[] name, byte[] value, long size, int flags);

    static native long getxattr(byte[] path, byte[] name, byte[] into, long size);

    static native long lgetxattr(byte[] path, byte[] name, byte[] into, long size);

    static native long fgetxattr(int fd, byte[] name, byte[] into, long size);

    static native long listxattr(byte[] path, byte[] into, long size);

    static native long llistxattr(byte[] path, byte[] into, long size);

    static native long flistxattr(int fd, byte[] into, long size);

    static native int removexattr(byte[] path, byte[] name);

    static native int lremovexattr(byte[] path, byte[] name);

    static native int fremovexattr(int fd, byte[] name);

    static native int mount(byte[] source, byte[] target, byte[] fileSystem, long flags, byte[] data);

    static native int umount2(byte[] path, int flags);

    static native int getpid();

    static native int getuid();

    static native int getgid();

    static native int geteuid();

    static native int kill(int pid, int signal);

    static native int waitpid(int pid, int[] status, int options);

    static native int execve(byte[] path, Pointer arguments, Pointer environment);

    static native int pthread_sigmask(int how, byte[] set, Pointer old);

    static native int posix_spawn(
            int[] pid, byte[] path, Pointer actions, Pointer attributes, Pointer arguments, Pointer environment);

    static native int posix_spawn_file_actions_init(Pointer actions);

    static native int posix_spawn_file_actions_destroy(Pointer actions);

    static native int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

    static native int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int lowest);

    static native int posix_spawnattr_init(Pointer attributes);

    static native int posix_spawnattr_destroy(Pointer attributes);

    static native int posix_spawnattr_setflags(Pointer attributes, short flags);

    static native int posix_spawnattr_setsigmask(Pointer attributes, byte[] set);

    static native int posix_spawnattr_setsigdefault(Pointer attributes, byte[] set);

    static native int socketpair(int domain, int type, int protocol, int[] into);

    static native int socket(int domain, int type, int protocol);

    static native int connect(int socket, byte[] address, int size);

    static native int bind(int socket, byte[] address, int size);

    static native int listen(int socket, int backlog);

    static native int accept4(int socket, Pointer address, Pointer size, int flags);

    static native int shutdown(int socket, int how);

    static native long sendmsg(int socket, Pointer message, int flags);

    static native long recvmsg(int socket, Pointer message, int flags);

    static native int poll(byte[] descriptors, long count, int timeout);

    static native int isatty(int fd);

    static native int tcgetattr(int fd, byte[] into);

    static native int tcsetattr(int fd, int actions, byte[] from);

    static native int ioctl(int fd, long request, short[] argument);
}
