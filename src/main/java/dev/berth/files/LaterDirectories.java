package dev.berth.files;

import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.Attributes;
import dev.berth.rootfs.RootedDirectory;
import dev.berth.rootfs.tar.RawName;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Directories that get their time when everything in them is made, and where it must be their mode too. An archive tells a directory
 * before what is in it, so only those above the present entry wait: as many as it is deep.
 */
final class LaterDirectories {
    private record Waiting(String path, Attributes attributes) {}

    private final Syscalls calls;
    private final RootedDirectory root;
    private final Giving giving;
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    LaterDirectories(Syscalls calls, RootedDirectory root, Giving giving) {
        this.calls = calls;
        this.root = root;
        this.giving = giving;
    }

    void add(String path, Attributes attributes) {
        waiting.push(new Waiting(path, attributes));
    }

    /** The next entry is here: those that it does not lie in are complete. */
    void leave(String path) {
        while (!waiting.isEmpty() && !path.startsWith(waiting.peek().path() + "/")) {
            describe(waiting.pop());
        }
    }

    void finish() {
        while (!waiting.isEmpty()) {
            describe(waiting.pop());
        }
    }

    private void describe(Waiting one) {
        try (Fd directory = root.open(one.path(), Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW)) {
            if (!giving.early()) {
                giving.toDirectory(directory.number(), one.attributes(), RawName.shown(one.path()));
            }
            calls.utimensat(
                    directory.number(),
                    null,
                    one.attributes().modified(),
                    one.attributes().modified(),
                    0);
        } catch (SyscallException goneOrReplaced) {
            return; // by those who share the tree: it is theirs then
        }
    }
}
