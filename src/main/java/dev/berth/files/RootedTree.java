package dev.berth.files;

import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Resolve;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.RootedDirectory;
import dev.berth.rootfs.tar.RawName;

/**
 * A tree as a process whose root it is would see it: every path is resolved beneath the root by the kernel, symbolic links and ".." too,
 * while others may move things around (CVE-2018-15664). The kernel's own links in /proc, which lead anywhere, are not followed.
 */
public final class RootedTree {
    private static final long IN_ROOT = Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;

    private final Syscalls calls;
    private final Fd root;

    /** @param root a directory that stays the caller's */
    public RootedTree(Syscalls calls, Fd root) {
        this.calls = calls;
        this.root = root;
    }

    /**
     * A handle (O_PATH) of what is at a path: nothing is opened by it.
     *
     * @param path as {@link RawName}; a relative one begins at the root
     * @param follow a symbolic link at its end too
     */
    public Fd handle(String path, boolean follow) {
        try {
            return open(path, Open.PATH | (follow ? 0 : Open.NOFOLLOW));
        } catch (SyscallException e) {
            throw FilesException.of(e, RawName.shown(path));
        }
    }

    /** A handle of the directory at a path, reached by symbolic links too. */
    public Fd directory(String path) {
        Fd found = handle(path, true);
        if (calls.fstat(found.number()).isDirectory()) {
            return found;
        }
        found.close();
        throw new FilesException.Wrong(RawName.shown(path) + " is no directory");
    }

    Fd open(String path, int flags) {
        return new Fd(calls, calls.openat2(root.number(), RawName.bytes(path), flags, 0, IN_ROOT));
    }

    /** Makes the files of an archive beneath a directory of this tree. */
    public TreeUnpacker unpacker(String directory, Giving giving) {
        TreePacker.check(calls, directory(directory));
        return new TreeUnpacker(calls, RootedDirectory.asRoot(calls, root), directory, giving);
    }

    /** What a symbolic link leads to; null when that is nothing. */
    Stat leadsTo(String path) {
        try (Fd target = open(path, Open.PATH)) {
            return calls.fstat(target.number());
        } catch (SyscallException leadsNowhere) {
            return null;
        }
    }
}
