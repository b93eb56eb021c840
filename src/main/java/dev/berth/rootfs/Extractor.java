package dev.berth.rootfs;

import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Mode;
import dev.berth.linux.Open;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.LayerTree.Directory;
import dev.berth.rootfs.tar.RawName;
import dev.berth.rootfs.tar.TarEntry;
import dev.berth.rootfs.tar.TarException;
import dev.berth.rootfs.tar.TarReader;
import dev.berth.store.StoreException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Makes one layer's tree from its archive, in the form that overlayfs merges. What umoci's unpack makes of the same layers is what the
 * merged tree shows.
 *
 * <p>Device nodes are left out and counted: no user namespace can make them, and a container has its own /dev (rootless docker and
 * podman leave them out too). A later entry replaces an earlier one of the same name. For one archive and one thread.
 */
final class Extractor {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE_MARK = ".wh..wh.opq";
    /** Where AUFS kept the files that have several names. */
    private static final String AUFS_LINKS = ".wh..wh.plnk";

    private static final String AUFS = ".wh..wh.";

    private final Syscalls calls;
    private final LayerTree tree;
    private final AttributeWriter writer;
    private final HardLinks links;
    private final Whiteouts whiteouts;
    private final LeftOut leftOut;
    private final long entryLimit;
    private final TarContent content;
    private long entries;
    private long bytes;

    Extractor(Syscalls calls, LayerTree tree, AttributeWriter writer, LowerView lower, ExtractionLimits limits) {
        this.calls = calls;
        this.tree = tree;
        this.writer = writer;
        this.leftOut = new LeftOut(tree);
        this.links = new HardLinks(calls, tree, leftOut, writer, lower, limits.bytes());
        this.whiteouts = new Whiteouts(tree);
        this.entryLimit = limits.entries();
        this.content = new TarContent(calls);
    }

    /**
     * @param bytes of all files
     * @param devices that were left out, with their hard links
     */
    record Result(long entries, long bytes, int devices) {}

    Result extract(TarReader archive) throws IOException {
        for (Optional<TarEntry> next = archive.next(); next.isPresent(); next = archive.next()) {
            TarEntry entry = next.get();
            if (++entries > entryLimit) {
                throw new TarException("it has more than " + entryLimit + " entries");
            }
            saying(entry.name(), () -> place(entry, archive));
        }
        for (HardLinks.Waiting missing : links.finish()) {
            throw new TarException(RawName.shown(missing.name()) + " is a hard link to "
                    + RawName.shown(missing.target()) + ", which does not exist");
        }
        tree.finish();
        return new Result(entries, bytes, leftOut.count());
    }

    private interface Step {
        void run() throws IOException;
    }

    /** Turns the kernel's refusals into sentences about the entry. */
    private static void saying(String name, Step step) throws IOException {
        try {
            step.run();
        } catch (SyscallException refused) {
            if (refused.is(Errno.ENAMETOOLONG)) {
                throw new TarException("the name " + RawName.shown(name) + " is too long");
            }
            if (refused.is(Errno.ENOSPC) || refused.is(Errno.EDQUOT)) {
                throw new RootfsException.CannotUnpack(StoreException.NO_SPACE, refused);
            }
            throw new RootfsException.CannotUnpack(RawName.shown(name) + ": " + refused.getMessage(), refused);
        }
    }

    private void place(TarEntry entry, TarReader archive) throws IOException {
        if (entry.name().indexOf('\0') >= 0) {
            throw new TarException("a name holds a NUL");
        }
        List<String> components = RawName.components(entry.name());
        if (components.isEmpty()) {
            root(entry);
            return;
        }
        String name = components.get(components.size() - 1);
        List<String> parent = components.subList(0, components.size() - 1);
        if (components.get(0).equals(AUFS_LINKS)) {
            aufsLink(entry, components, archive);
        } else if (name.equals(OPAQUE_MARK)) {
            whiteouts.opaque(parent);
        } else if (name.startsWith(AUFS)) {
            return;
        } else if (name.startsWith(WHITEOUT)) {
            whiteouts.whiteout(parent, name.substring(WHITEOUT.length()));
        } else {
            AttributeWriter.check(entry.xattrs(), RawName.shown(entry.name()));
            make(entry, tree.directory(parent), name, archive);
        }
    }

    private void root(TarEntry entry) throws IOException {
        if (entry.type() != TarEntry.Type.DIRECTORY) {
            throw new TarException(
                    "the entry " + RawName.shown(entry.name()) + " would replace the root directory by something else");
        }
        AttributeWriter.check(entry.xattrs(), "/");
        describe("", entry, false);
    }

    private void make(TarEntry entry, Directory parent, String name, TarReader archive) throws IOException {
        byte[] raw = RawName.bytes(name);
        Attributes attributes = Attributes.of(entry);
        String path = parent.child(name);
        switch (entry.type()) {
            case FILE -> {
                try (Fd file = new Fd(calls, replacing(parent, name, () -> create(parent, raw)))) {
                    write(file.number(), entry, archive);
                    writer.toFile(file.number(), attributes, RawName.shown(path));
                }
            }
            case DIRECTORY -> directory(entry, parent, name);
            case SYMLINK -> {
                replacing(parent, name, () -> symlink(entry, parent, raw));
                writer.toSymlink(parent.number(), name, attributes, RawName.shown(path));
            }
            case HARDLINK -> links.make(parent, name, entry.link());
            case FIFO -> {
                replacing(parent, name, () -> {
                    calls.mknodat(parent.number(), raw, Mode.FIFO | 0600, 0);
                    return 0;
                });
                writer.toSpecial(parent.number(), name, attributes, RawName.shown(path));
            }
            case DEVICE -> leftOut.add(parent, name);
        }
    }

    private int create(Directory parent, byte[] name) {
        int flags = Open.WRONLY | Open.CREAT | Open.EXCL | Open.NOFOLLOW | Open.CLOEXEC;
        return calls.openat(parent.number(), name, flags, 0600);
    }

    private int symlink(TarEntry entry, Directory parent, byte[] name) {
        if (entry.link().isEmpty() || entry.link().indexOf('\0') >= 0) {
            throw new RootfsException.BadLayer(RawName.shown(entry.name()) + " is a symbolic link without a target");
        }
        calls.symlinkat(RawName.bytes(entry.link()), parent.number(), name);
        return 0;
    }

    private interface Make {
        int run();
    }

    /** Makes something new; what is there already is taken away first. */
    private int replacing(Directory parent, String name, Make make) {
        tree.made(parent, name);
        try {
            return make.run();
        } catch (SyscallException exists) {
            if (!exists.is(Errno.EEXIST)) {
                throw exists;
            }
            tree.clear(parent, name);
            return make.run();
        }
    }

    private void directory(TarEntry entry, Directory parent, String name) {
        byte[] raw = RawName.bytes(name);
        String path = parent.child(name);
        boolean replaced = false;
        boolean fresh = true;
        tree.made(parent, name);
        try {
            calls.mkdirat(parent.number(), raw, 0700);
        } catch (SyscallException exists) {
            if (!exists.is(Errno.EEXIST)) {
                throw exists;
            }
            if (!tree.stat(parent, name).map(Stat::isDirectory).orElse(false)) {
                tree.clear(parent, name);
                calls.mkdirat(parent.number(), raw, 0700);
                replaced = true;
            } else {
                fresh = false;
            }
        }
        describe(path, entry, fresh);
        if (replaced) {
            // The file (or the whiteout) before it hid what lower layers have there, and so must this.
            tree.makeOpaque(path);
        }
    }

    private void describe(String path, TarEntry entry, boolean fresh) {
        try (Fd directory = tree.openOwn(path)) {
            if (!fresh) {
                writer.clearXattrs(directory.number());
            }
            writer.toDirectory(directory.number(), Attributes.of(entry), path.isEmpty() ? "/" : RawName.shown(path));
        }
        tree.described(path, entry.modified());
    }

    /** AUFS put files with several names here; the entries that follow link to them. */
    private void aufsLink(TarEntry entry, List<String> components, TarReader archive) throws IOException {
        if (components.size() != 2 || entry.type() != TarEntry.Type.FILE) {
            return;
        }
        String name = HardLinks.stashed(components.get(1));
        AttributeWriter.check(entry.xattrs(), RawName.shown(entry.name()));
        int flags = Open.WRONLY | Open.CREAT | Open.TRUNC | Open.NOFOLLOW | Open.CLOEXEC;
        try (Fd file = new Fd(calls, calls.openat(tree.stash(), RawName.bytes(name), flags, 0600))) {
            write(file.number(), entry, archive);
            writer.toFile(file.number(), Attributes.of(entry), RawName.shown(entry.name()));
        }
    }

    private void write(int fd, TarEntry entry, TarReader archive) throws IOException {
        bytes += entry.size();
        content.write(fd, entry, archive);
    }
}
