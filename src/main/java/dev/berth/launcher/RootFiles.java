package dev.berth.launcher;

import dev.berth.linux.At;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Resolve;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Small files of a container's root file system, which may be hostile: every path is resolved beneath the root by the
 * kernel, and only regular files of a sane size are opened (CVE-2024-9676: a FIFO or a huge file as /etc/passwd).
 */
final class RootFiles {
    private final Syscalls calls;
    private final int root;

    RootFiles(Syscalls calls, int root) {
        this.calls = calls;
        this.root = root;
    }

    /**
     * The bytes of a file.
     *
     * @return empty when there is no such file
     * @throws BadLaunch when it is no regular file, or larger than {@code limit}
     */
    Optional<byte[]> read(String path, int limit) {
        try (Fd file = new Fd(calls, openPath(path))) {
            Stat stat = calls.fstat(file.number());
            if (!stat.isRegular()) {
                throw new BadLaunch("image", "cannot read %s of the image: it is not a regular file".formatted(path));
            }
            if (stat.size() > limit) {
                throw tooLarge(path, limit);
            }
            return Optional.of(content(file, path, limit));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw new BadLaunch(
                    "image",
                    "cannot read %s of the image: %s".formatted(path, e.errno().text()));
        }
    }

    /** A path descriptor opens nothing: neither a FIFO nor a device notices. */
    private int openPath(String path) {
        String relative = path.replaceFirst("^/+", "");
        return calls.openat2(root, Syscalls.bytes(relative), Open.PATH, 0, Resolve.IN_ROOT | Resolve.NO_MAGICLINKS);
    }

    private byte[] content(Fd path, String name, int limit) {
        byte[] proc = Syscalls.bytes(path.procPath());
        try (Fd file = new Fd(calls, calls.openat(At.FDCWD, proc, Open.RDONLY | Open.NOCTTY | Open.NONBLOCK, 0))) {
            ByteBuffer content = ByteBuffer.allocate(limit + 1);
            while (content.hasRemaining() && calls.read(file.number(), content) > 0) {
                continue;
            }
            if (!content.hasRemaining()) {
                throw tooLarge(name, limit);
            }
            return Arrays.copyOf(content.array(), content.position());
        }
    }

    private static BadLaunch tooLarge(String path, int limit) {
        return new BadLaunch("image", "cannot read %s of the image: it is larger than %d bytes".formatted(path, limit));
    }
}
