package dev.berth.container;

import dev.berth.files.FilesException;
import dev.berth.files.Giving;
import dev.berth.files.Keep;
import dev.berth.files.RootedTree;
import dev.berth.files.TreeLister;
import dev.berth.files.TreePacker;
import dev.berth.files.TreeUnpacker;
import dev.berth.linux.Fd;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.AttributeWriter;
import dev.berth.rootfs.Decompression;
import dev.berth.rootfs.Owners;
import dev.berth.rootfs.RootfsException;
import dev.berth.rootfs.tar.TarReader;
import dev.berth.rootfs.tar.TarWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Files of containers, in whatever state they are, seen from outside: no process enters the container for it. Owners are those that the
 * container sees. Safe for many threads.
 */
public final class FileAccess {
    private final Syscalls calls;
    private final Directory directory;
    private final Roots roots;
    private final AttributeWriter attributes;

    FileAccess(Syscalls calls, Directory directory, Roots roots) {
        this.calls = calls;
        this.directory = directory;
        this.roots = roots;
        this.attributes = new AttributeWriter(calls, Owners.read(Path.of("/proc/self")));
    }

    /** What to read: a symbolic link at the end of the path is taken itself unless it is followed. */
    public record Source(String container, FilePath path, boolean follow) {}

    /** What is in a directory, by name. */
    public List<FileView> list(Source source) {
        return with(
                source,
                "list",
                tree -> new TreeLister(calls, tree)
                        .directory(source.path().raw()).stream()
                                .map(FileView::of)
                                .toList());
    }

    /** What is at the path itself. */
    public FileView look(Source source) {
        return with(
                source,
                "look at",
                tree -> FileView.of(
                        new TreeLister(calls, tree).self(source.path().raw(), source.follow())));
    }

    /** Refuses what {@link #read} would refuse before its first byte. */
    public void check(Source source) {
        with(source, "read", tree -> {
            TreePacker.check(calls, tree.handle(source.path().raw(), source.follow()));
            return null;
        });
    }

    /**
     * Writes a file or a directory with all beneath it as a tar stream.
     *
     * @param name of the stream's first member; null = the path's last component
     */
    public void read(Source source, FilePath name, OutputStream out) {
        with(source, "read", tree -> {
            TarWriter tar = new TarWriter(out);
            try (Fd handle = tree.handle(source.path().raw(), source.follow())) {
                new TreePacker(calls, tar, Keep.ALL).pack(handle, (name == null ? source.path() : name).base());
            }
            tar.finish();
            return null;
        });
    }

    /**
     * Makes the files of a tar stream (also packed with gzip or zstd) beneath a directory. What came before a failure stays, whole files
     * only. Owners are the archive's.
     *
     * @throws ContainerException.Unreadable when it is no tar stream, a damaged one, or one that broke off
     */
    public void write(String container, FilePath path, InputStream archive) {
        Source destination = new Source(container, path, true);
        with(destination, "write to", tree -> {
            unpack(tree.unpacker(path.raw(), Giving.all(attributes)), archive);
            return null;
        });
    }

    private static void unpack(TreeUnpacker unpacker, InputStream archive) {
        try {
            PushbackInputStream sent = new PushbackInputStream(archive);
            int first = sent.read();
            if (first < 0) {
                throw new ContainerException.Unreadable("the request has no body: send a tar stream");
            }
            sent.unread(first);
            // Not closed: the request's body is its reader's.
            unpacker.unpack(new TarReader(Decompression.of(sent)));
            archive.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new ContainerException.Unreadable("cannot read the tar stream that was sent: " + e.getMessage());
        }
    }

    private interface Work<T> {
        T on(RootedTree tree) throws IOException;
    }

    /** Turns what is refused below into sentences about the container. */
    private <T> T with(Source source, String verb, Work<T> work) {
        Container container = directory.find(source.container());
        String what = "cannot " + verb + " " + source.path() + " in container " + container.name() + ": ";
        try (Roots.Root root = roots.open(container)) {
            return work.on(new RootedTree(calls, root.directory()));
        } catch (FilesException e) {
            throw of(e, what);
        } catch (SyscallException | RootfsException e) {
            throw new ContainerException.Failed(what + e.getMessage(), e);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(what + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContainerException.Failed(what + "interrupted", e);
        }
    }

    private static ContainerException of(FilesException e, String what) {
        if (e instanceof FilesException.Missing) {
            return new ContainerException.NotFound(what + e.getMessage());
        }
        if (e instanceof FilesException.Wrong) {
            return new ContainerException.Invalid("path", what + e.getMessage());
        }
        if (e instanceof FilesException.Refused refused) {
            return new ContainerException.Conflict(refused.type(), what + e.getMessage());
        }
        return new ContainerException.Failed(what + e.getMessage(), e);
    }
}
