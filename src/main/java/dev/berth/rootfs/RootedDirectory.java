package dev.berth.rootfs;

import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Resolve;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.tar.RawName;

/** Paths beneath a directory, kept there by the kernel; what is missing is made. */
public final class RootedDirectory {
    private static final long IN_ROOT = Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;
    private static final long STRICT = Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGICLINKS;

    private final Syscalls calls;
    private final Fd root;
    private final long resolve;

    private RootedDirectory(Syscalls calls, Fd root, long resolve) {
        this.calls = calls;
        this.root = root;
        this.resolve = resolve;
    }

    /** As a process sees paths whose root the directory is: symbolic links and ".." lead within it. */
    public static RootedDirectory asRoot(Syscalls calls, Fd root) {
        return new RootedDirectory(calls, root, IN_ROOT);
    }

    /** Symbolic links are not followed at all. */
    public static RootedDirectory strict(Syscalls calls, Fd directory) {
        return new RootedDirectory(calls, directory, STRICT);
    }

    /**
     * A handle of the directory at a path, made with those above it where they are missing, as root's, 0755. A second call finds it.
     *
     * @param path as {@link RawName}; it begins at the directory
     */
    public Fd make(String path) {
        try {
            return open(path, Open.PATH | Open.DIRECTORY);
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT) || name(path).isEmpty()) {
                throw e;
            }
        }
        try (Fd parent = make(parent(path))) {
            calls.mkdirat(parent.number(), RawName.bytes(name(path)), 0755);
        } catch (SyscallException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
        return open(path, Open.PATH | Open.DIRECTORY);
    }

    /** A handle of what is at a path, made as an empty file where it is missing. */
    Fd file(String path) {
        int flags = Open.WRONLY | Open.CREAT | Open.EXCL | Open.NOFOLLOW;
        try (Fd parent = make(parent(path))) {
            new Fd(calls, calls.openat(parent.number(), RawName.bytes(name(path)), flags, 0644)).close();
        } catch (SyscallException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
        return open(path, Open.PATH);
    }

    /** What is at the path, opened with these flags of {@link Open}. */
    public Fd open(String path, int flags) {
        String relative = path.replaceFirst("^/+", "");
        byte[] name = RawName.bytes(relative.isEmpty() ? "." : relative);
        return new Fd(calls, calls.openat2(root.number(), name, flags, 0, resolve));
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
