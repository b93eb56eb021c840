package dev.berth.rootfs;

import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Resolve;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.tar.RawName;
import java.util.Optional;

/** Opens real paths beneath a directory: the kernel refuses whatever would leave it or follow a symlink. */
final class Beneath {
    private static final long STRICT = Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGICLINKS;

    private Beneath() {}

    /**
     * @param path as {@link RawName}, "" = the directory itself
     * @param flags of {@link Open}
     * @return empty when there is no such path, or a symlink or a file stands in its way
     */
    static Optional<Fd> open(Syscalls calls, int directory, String path, int flags) {
        try {
            byte[] name = RawName.bytes(path.isEmpty() ? "." : path);
            return Optional.of(new Fd(calls, calls.openat2(directory, name, flags | Open.CLOEXEC, 0, STRICT)));
        } catch (SyscallException absent) {
            if (absent.is(Errno.ENOENT) || absent.is(Errno.ENOTDIR) || absent.is(Errno.ELOOP)) {
                return Optional.empty();
            }
            throw absent;
        }
    }

    /** The path itself, whatever it is. */
    static Optional<Fd> handle(Syscalls calls, int directory, String path) {
        return open(calls, directory, path, Open.PATH | Open.NOFOLLOW);
    }
}
