package dev.berth.rootfs;

import dev.berth.linux.At;
import dev.berth.linux.DirectoryEntry;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Mode;
import dev.berth.linux.Open;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.LayerTree.Directory;
import dev.berth.rootfs.tar.RawName;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * Hard links of an archive: to files of this layer, also to ones that come later, and to files of lower layers, which are copied into
 * this layer with all their names, so that the names stay one file in the merged tree. Those to what is left out are left out as well.
 */
final class HardLinks {
    private static final int MAX_WAITING = 50_000;
    /** Of the names of those that wait. */
    private static final long MAX_BYTES = 4 << 20;

    /** Of the names that are in hand while a lower file's other names are looked for. */
    private static final long MAX_SEARCHED = 8 << 20;

    private static final String AUFS_LINKS = ".wh..wh.plnk";

    private final Syscalls calls;
    private final LayerTree tree;
    private final LeftOut leftOut;
    private final AttributeWriter writer;
    private final LowerView lower;
    private final FileCopy content;
    private List<Waiting> waiting = new ArrayList<>();
    private long waitingBytes;

    /** A link whose target did not come yet. */
    record Waiting(String parent, String name, String target) {
        int bytes() {
            return parent.length() + name.length() + target.length();
        }
    }

    /** @param copyLimit bytes that may be copied from lower layers */
    HardLinks(
            Syscalls calls, LayerTree tree, LeftOut leftOut, AttributeWriter writer, LowerView lower, long copyLimit) {
        this.calls = calls;
        this.tree = tree;
        this.leftOut = leftOut;
        this.writer = writer;
        this.lower = lower;
        this.content = new FileCopy(calls, copyLimit);
    }

    void make(Directory parent, String name, String target) throws InterruptedIOException {
        if (target.indexOf('\0') >= 0 || RawName.components(target).isEmpty()) {
            throw new RootfsException.BadLayer(RawName.shown(parent.child(name))
                    + " is a hard link to the root directory, which no file system allows");
        }
        if (!link(parent, name, target)) {
            tree.dependsOnLower();
            await(new Waiting(parent.path(), name, target));
        }
    }

    private void await(Waiting late) {
        waitingBytes += late.bytes();
        if (waiting.size() >= MAX_WAITING || waitingBytes > MAX_BYTES) {
            throw new RootfsException.BadLayer("it has more than " + MAX_WAITING
                    + " hard links that come before their targets, or their names have more than " + MAX_BYTES
                    + " bytes together");
        }
        waiting.add(late);
    }

    /** Makes the links whose target came later. @return those whose target never came */
    List<Waiting> finish() throws InterruptedIOException {
        int before = waiting.size() + 1;
        while (!waiting.isEmpty() && waiting.size() < before) {
            before = waiting.size();
            List<Waiting> still = new ArrayList<>();
            for (Waiting late : waiting) {
                if (!link(tree.directory(split(late.parent())), late.name(), late.target())) {
                    still.add(late);
                }
            }
            waiting = still;
        }
        return waiting;
    }

    /** Name in the stash of a file that AUFS kept apart. */
    static String stashed(String name) {
        return "plnk-" + name;
    }

    private boolean link(Directory parent, String name, String target) throws InterruptedIOException {
        List<String> components = RawName.components(target);
        String targetName = components.get(components.size() - 1);
        if (components.get(0).equals(AUFS_LINKS) && components.size() == 2) {
            return linkFrom(tree::stash, stashed(targetName), parent, name);
        }
        Optional<LayerTree.Place> place = tree.find(components.subList(0, components.size() - 1));
        if (place.isEmpty()) {
            return false;
        }
        String path = place.get().child(targetName);
        if (leftOut.has(path)) {
            leftOut.add(tree.directory(split(parent.path())), name);
            return true;
        }
        if (path.equals(parent.child(name))) {
            return tree.own(path).isPresent();
        }
        if (path.startsWith(parent.child(name) + "/")) {
            throw new RootfsException.BadLayer(
                    RawName.shown(parent.child(name)) + " is a hard link to what is in it: " + RawName.shown(path));
        }
        Optional<Stat> own = place.get().own() ? tree.own(path) : Optional.empty();
        if (own.isPresent() && own.get().isWhiteout()) {
            return false;
        }
        if (own.isEmpty()) {
            if (!place.get().lowerVisible() || !copyUp(path)) {
                return false;
            }
        } else if (own.get().isDirectory()) {
            throw toDirectory(parent, name);
        }
        return linkFrom(
                () -> tree.directory(split(parentOf(path))).number(),
                targetName,
                tree.directory(split(parent.path())),
                name);
    }

    /** @param directory asked again after something was replaced, which closes all but the parent */
    private boolean linkFrom(IntSupplier directory, String target, Directory parent, String name) {
        byte[] from = RawName.bytes(target);
        byte[] to = RawName.bytes(name);
        tree.made(parent, name);
        try {
            calls.linkat(directory.getAsInt(), from, parent.number(), to, 0);
            return true;
        } catch (SyscallException refused) {
            if (refused.is(Errno.ENOENT)) {
                return false;
            }
            if (!refused.is(Errno.EEXIST)) {
                throw refused;
            }
        }
        tree.clear(parent, name);
        calls.linkat(directory.getAsInt(), from, parent.number(), to, 0);
        return true;
    }

    /** Copies a lower file into this layer, under each of its names that can still be seen. */
    private boolean copyUp(String path) throws InterruptedIOException {
        Optional<Stat> stat = lower.stat(path);
        if (stat.isEmpty()) {
            return false;
        }
        if (stat.get().isDirectory()) {
            throw new RootfsException.BadLayer("a hard link leads to the directory " + RawName.shown(path));
        }
        tree.dependsOnLower();
        List<String> names = stat.get().links() > 1 ? visibleNames(path, stat.get()) : List.of();
        copy(path, stat.get());
        for (String other : names) {
            Directory from = tree.directory(split(parentOf(path)));
            Directory parent = tree.directory(split(parentOf(other)));
            calls.linkat(from.number(), RawName.bytes(nameOf(path)), parent.number(), RawName.bytes(nameOf(other)), 0);
        }
        return true;
    }

    private void copy(String path, Stat stat) throws InterruptedIOException {
        Directory parent = tree.directory(split(parentOf(path)));
        String name = nameOf(path);
        byte[] raw = RawName.bytes(name);
        try (Fd source = lower.open(path).orElseThrow()) {
            Attributes attributes = Attributes.of(calls, source);
            switch (stat.type()) {
                case Mode.REGULAR -> copyFile(source, parent, raw, attributes, path);
                case Mode.SYMLINK -> {
                    calls.symlinkat(RawName.bytes(lower.readLink(source)), parent.number(), raw);
                    writer.toSymlink(parent.number(), name, attributes, RawName.shown(path));
                }
                default -> {
                    calls.mknodat(parent.number(), raw, stat.type() | 0600, 0);
                    writer.toSpecial(parent.number(), name, attributes, RawName.shown(path));
                }
            }
        }
    }

    private void copyFile(Fd source, Directory parent, byte[] name, Attributes attributes, String path)
            throws InterruptedIOException {
        int flags = Open.WRONLY | Open.CREAT | Open.EXCL | Open.NOFOLLOW | Open.CLOEXEC;
        try (Fd in = new Fd(
                        calls,
                        calls.openat(At.FDCWD, Syscalls.bytes(source.procPath()), Open.RDONLY | Open.CLOEXEC, 0));
                Fd out = new Fd(calls, calls.openat(parent.number(), name, flags, 0600))) {
            content.copy(in.number(), out.number());
            writer.toFile(out.number(), attributes, RawName.shown(path));
        }
    }

    /** The other names of a lower file which neither a layer between nor this one hides. */
    private List<String> visibleNames(String path, Stat stat) {
        Optional<Path> layer = lower.layerOf(path);
        if (layer.isEmpty()) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try (Fd top = lower.openTree(layer.get())) {
            Stat file = calls.statx(top.number(), RawName.bytes(path), At.SYMLINK_NOFOLLOW);
            collect(top, file.inode(), names);
        }
        names.removeIf(name -> name.equals(path)
                || lower.stat(name).filter(other -> other.type() == stat.type()).isEmpty()
                || !lower.layerOf(name).equals(layer)
                || !isVisible(name));
        return names;
    }

    private boolean isVisible(String path) {
        Optional<LayerTree.Place> place = tree.find(split(parentOf(path)));
        return place.isPresent()
                && place.get().path().equals(parentOf(path))
                && place.get().lowerVisible()
                && (!place.get().own() || tree.own(path).isEmpty());
    }

    private void collect(Fd top, long inode, List<String> names) {
        Deque<String> directories = new ArrayDeque<>(List.of(""));
        long bytes = 0;
        while (!directories.isEmpty()) {
            // The last one first: in a tree, fewer wait then.
            String path = directories.pollLast();
            bytes -= path.length();
            try (Fd directory = Beneath.open(calls, top.number(), path, Open.RDONLY | Open.DIRECTORY)
                    .orElseThrow()) {
                for (List<DirectoryEntry> batch = calls.getdents(directory.number());
                        !batch.isEmpty();
                        batch = calls.getdents(directory.number())) {
                    for (DirectoryEntry entry : batch) {
                        String child = (path.isEmpty() ? "" : path + "/") + RawName.of(entry.name());
                        if (entry.inode() == inode) {
                            names.add(child);
                        } else if (entry.type() == Mode.DIRECTORY) {
                            directories.add(child);
                        } else {
                            continue;
                        }
                        bytes += child.length();
                        checkSearch(bytes);
                    }
                }
            }
        }
    }

    private static void checkSearch(long bytes) {
        if (bytes > MAX_SEARCHED) {
            throw new RootfsException.BadLayer(
                    "it has a hard link to a file of a lower layer whose other names cannot be found:"
                            + " the layer has too many directories, or the file too many names");
        }
    }

    private static RootfsException toDirectory(Directory parent, String name) {
        return new RootfsException.BadLayer(
                RawName.shown(parent.child(name)) + " is a hard link to a directory, which no file system allows");
    }

    private static List<String> split(String path) {
        return RawName.components(path);
    }

    private static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    private static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
