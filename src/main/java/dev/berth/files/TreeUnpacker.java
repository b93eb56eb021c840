package dev.berth.files;

import dev.berth.linux.Fd;
import dev.berth.linux.Mode;
import dev.berth.linux.Open;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.AttributeWriter;
import dev.berth.rootfs.Attributes;
import dev.berth.rootfs.RootedDirectory;
import dev.berth.rootfs.RootfsException;
import dev.berth.rootfs.TarContent;
import dev.berth.rootfs.tar.RawName;
import dev.berth.rootfs.tar.TarEntry;
import dev.berth.rootfs.tar.TarException;
import dev.berth.rootfs.tar.TarReader;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Makes files of a tar stream in a tree that others change meanwhile. Names lead nowhere above the destination, whatever they say, and
 * the kernel keeps the parents of each beneath the root; the last step is one name in a directory that is held open. Everything is
 * described by its own descriptor. Device nodes, which no user namespace can make, are left out. Whiteouts of images have no meaning
 * here: they are files like others. A second entry of a name replaces the first. For one archive and one thread.
 */
public final class TreeUnpacker {
    private final Syscalls calls;
    private final RootedDirectory root;
    private final String base;
    private final Giving giving;
    private final TarContent content;
    private final LaterDirectories later;

    /** @param base the destination beneath the root, as {@link RawName}; it exists */
    public TreeUnpacker(Syscalls calls, RootedDirectory root, String base, Giving giving) {
        this.calls = calls;
        this.root = root;
        this.base = base.replaceFirst("/+$", "");
        this.giving = giving;
        this.content = new TarContent(calls);
        this.later = new LaterDirectories(calls, root, giving);
    }

    /**
     * What came before a failure stays.
     *
     * @throws TarException when it is no tar archive, or a damaged one
     * @throws FilesException when something cannot be made
     */
    public void unpack(TarReader archive) throws IOException {
        try {
            for (Optional<TarEntry> next = archive.next(); next.isPresent(); next = archive.next()) {
                entry(next.get(), archive);
            }
        } finally {
            later.finish();
        }
    }

    private void entry(TarEntry entry, TarReader archive) throws IOException {
        String shown = RawName.shown(entry.name());
        if (entry.name().indexOf('\0') >= 0 || entry.link().indexOf('\0') >= 0) {
            throw new TarException("the name " + shown + " holds a NUL");
        }
        List<String> components = RawName.components(entry.name());
        if (components.isEmpty()) {
            if (entry.type() != TarEntry.Type.DIRECTORY) {
                throw new FilesException.Wrong("the entry " + shown + " would replace the destination itself");
            }
            return; // the destination stays as it is
        }
        try {
            AttributeWriter.check(entry.xattrs(), shown);
            place(entry, components, archive);
        } catch (SyscallException e) {
            throw FilesException.of(e, shown);
        } catch (RootfsException e) {
            throw new FilesException.Wrong(e.getMessage());
        }
    }

    private void place(TarEntry entry, List<String> components, TarReader archive) throws IOException {
        String path = path(components);
        String parent = path(components.subList(0, components.size() - 1));
        String shown = RawName.shown(String.join("/", components));
        Attributes attributes = Attributes.of(entry);
        later.leave(path);
        try (Fd directory = root.make(parent)) {
            Place place = new Place(calls, directory, components.get(components.size() - 1), shown);
            switch (entry.type()) {
                case FILE -> file(place, entry, archive);
                case DIRECTORY -> directory(place, path, attributes, shown);
                case SYMLINK -> place.put((at, name) -> symlink(at, name, entry, shown));
                case HARDLINK -> place.put((at, name) -> hardLink(at, name, entry));
                case FIFO ->
                    place.put((at, name) -> {
                        calls.mknodat(at, name, Mode.FIFO | 0600, 0);
                        describe(at, name, Mode.FIFO, attributes, shown);
                    });
                case DEVICE -> {
                    return;
                }
            }
        }
    }

    private void file(Place place, TarEntry entry, TarReader archive) throws IOException {
        Optional<Fd> mounted = place.mounted();
        if (mounted.isEmpty()) {
            place.put((at, name) -> file(at, name, entry, archive));
            return;
        }
        try (Fd file = mounted.get()) {
            content.write(file.number(), entry, archive);
        }
    }

    private void file(int parent, byte[] name, TarEntry entry, TarReader archive) throws IOException {
        int flags = Open.WRONLY | Open.CREAT | Open.EXCL | Open.NOFOLLOW;
        try (Fd file = new Fd(calls, calls.openat(parent, name, flags, 0600))) {
            content.write(file.number(), entry, archive);
            giving.toFile(file.number(), Attributes.of(entry), RawName.shown(entry.name()));
        }
    }

    private void directory(Place place, String path, Attributes attributes, String shown) {
        try (Fd directory = place.directory(giving.early() ? 0755 : 0700)) {
            if (giving.early()) {
                giving.toDirectory(directory.number(), attributes, shown);
            }
            later.add(path, attributes);
        }
    }

    private void symlink(int parent, byte[] name, TarEntry entry, String shown) {
        if (entry.link().isEmpty()) {
            throw new FilesException.Wrong(shown + " is a symbolic link without a target");
        }
        calls.symlinkat(RawName.bytes(entry.link()), parent, name);
        describe(parent, name, Mode.SYMLINK, Attributes.of(entry), shown);
    }

    /** By a handle that is looked at first: somebody may have put another file there. */
    private void describe(int parent, byte[] name, int type, Attributes attributes, String shown) {
        try (Fd handle = new Fd(calls, calls.openat(parent, name, Open.PATH | Open.NOFOLLOW, 0))) {
            if (calls.fstat(handle.number()).type() != type) {
                throw new FilesException.Refused("busy", shown + " was replaced by somebody else while it was made");
            }
            giving.toHandle(handle, attributes, shown);
        }
    }

    /** The target is a name of this archive or was there before: beneath the destination in either case. */
    private void hardLink(int parent, byte[] name, TarEntry entry) {
        List<String> target = RawName.components(entry.link());
        if (target.isEmpty()) {
            throw new FilesException.Wrong(RawName.shown(entry.name()) + " is a hard link to a directory");
        }
        try (Fd from = root.open(path(target.subList(0, target.size() - 1)), Open.PATH | Open.DIRECTORY)) {
            calls.linkat(from.number(), RawName.bytes(target.get(target.size() - 1)), parent, name, 0);
        } catch (SyscallException e) {
            throw new FilesException.Wrong(RawName.shown(entry.name()) + " cannot be a hard link to "
                    + RawName.shown(entry.link()) + ": " + e.errno().text());
        }
    }

    private String path(List<String> components) {
        return base + "/" + String.join("/", components);
    }
}
