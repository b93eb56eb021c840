package dev.berth.files;

import dev.berth.linux.At;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.tar.RawName;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A name in a directory that is held open, where something new is to be. What is made gets another name first and takes the place when
 * it is whole: nobody sees a half of it, and nothing of it stays when it fails. A directory is never replaced by something else, nor
 * something else by a directory.
 */
final class Place {
    private final Syscalls calls;
    private final Fd parent;
    private final byte[] name;
    private final String path;

    /** @param path for sentences */
    Place(Syscalls calls, Fd parent, String name, String path) {
        this.calls = calls;
        this.parent = parent;
        this.name = RawName.bytes(name);
        this.path = path;
    }

    interface Maker {
        /** Makes it in the parent under a name that is free. */
        void make(int parent, byte[] temporary) throws IOException;
    }

    void put(Maker maker) throws IOException {
        byte[] random = new byte[8];
        ThreadLocalRandom.current().nextBytes(random);
        byte[] temporary = RawName.bytes(".berth-" + HexFormat.of().formatHex(random));
        try {
            maker.make(parent.number(), temporary);
            refuseWhatIsThere();
            calls.renameat2(parent.number(), temporary, parent.number(), name, 0);
        } finally {
            // Also after a rename: between two names of one file it does nothing.
            unlink(temporary);
        }
    }

    /** The directory there, made when nothing is; for reading, so that it can be described. */
    Fd directory(int mode) {
        try {
            calls.mkdirat(parent.number(), name, mode);
        } catch (SyscallException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
        try {
            int flags = Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW;
            return new Fd(calls, calls.openat(parent.number(), name, flags, 0));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP)) {
                throw new FilesException.Refused(
                        "wrong-kind", "a directory cannot replace " + path + ", which is none there");
            }
            throw e;
        }
    }

    /**
     * A file that is a mount of its own, such as /etc/hosts and what the user has bound: to be written into, for one that took its place
     * would lie below the mount (and the kernel would take the mount away). Empty when nothing is mounted there.
     */
    Optional<Fd> mounted() {
        try (Fd there = new Fd(calls, calls.openat(parent.number(), name, Open.PATH | Open.NOFOLLOW, 0))) {
            Stat stat = calls.fstat(there.number());
            if (stat.isDirectory() || !isMount(stat)) {
                return Optional.empty();
            }
            if (!stat.isRegular()) {
                throw isAMount();
            }
            int flags = Open.WRONLY | Open.TRUNC | Open.NONBLOCK | Open.NOCTTY;
            return Optional.of(new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes(there.procPath()), flags, 0)));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void refuseWhatIsThere() {
        try {
            Stat there = calls.statx(parent.number(), name, At.SYMLINK_NOFOLLOW);
            if (there.isDirectory()) {
                throw new FilesException.Refused(
                        "wrong-kind", "a file cannot replace " + path + ", which is a directory there");
            }
            if (isMount(there)) {
                throw isAMount();
            }
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }

    private boolean isMount(Stat there) {
        return there.mount() != calls.fstat(parent.number()).mount();
    }

    private FilesException isAMount() {
        return new FilesException.Refused(
                "busy", path + " is a mount of its own, which only a file can be written into");
    }

    private void unlink(byte[] temporary) {
        try {
            calls.unlinkat(parent.number(), temporary, 0);
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT) && !e.is(Errno.EROFS)) {
                throw e;
            }
        }
    }
}
