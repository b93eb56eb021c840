package dev.berth.rootfs;

import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Resolve;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.tar.RawName;

/** Paths beneath a root, resolved by the kernel as a process would see them whose root it is; what is missing is made. */
public final class RootedDirectory {
    private static final long IN_ROOT = Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;

    private RootedDirectory() {}

    /**
     * A handle of the directory at a path, made with those above it where they are missing, as root's, 0755. A second call finds it.
     *
     * @param path as {@link RawName}
     */
    public static Fd make(Syscalls calls, Fd root, String path) {
        try {
            return open(calls, root, path, Open.PATH | Open.DIRECTORY);
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT) || name(path).isEmpty()) {
                throw e;
            }
        }
        try (Fd parent = make(calls, root, parent(path))) {
            calls.mkdirat(parent.number(), RawName.bytes(name(path)), 0755);
        } catch (SyscallException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
        return open(calls, root, path, Open.PATH | Open.DIRECTORY);
    }

    /** A handle of what is at a path, made as an empty file where it is missing. */
    static Fd file(Syscalls calls, Fd root, String path) {
        int flags = Open.WRONLY | Open.CREAT | Open.EXCL | Open.NOFOLLOW;
        try (Fd parent = make(calls, root, parent(path))) {
            new Fd(calls, calls.openat(parent.number(), RawName.bytes(name(path)), flags, 0644)).close();
        } catch (SyscallException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
        return open(calls, root, path, Open.PATH);
    }

    private static Fd open(Syscalls calls, Fd root, String path, int flags) {
        return new Fd(
                calls, calls.openat2(root.number(), RawName.bytes(path.isEmpty() ? "/" : path), flags, 0, IN_ROOT));
    }

    private static String trimmed(String path) {
        return path.replaceFirst("/+$", "");
    }

    private static String name(String path) {
        String trimmed = trimmed(path);
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }

    private static String parent(String path) {
        String trimmed = trimmed(path);
        return trimmed.substring(0, trimmed.lastIndexOf('/') + 1);
    }
}
