package dev.berth.files;

import dev.berth.linux.At;
import dev.berth.linux.DirectoryEntry;
import dev.berth.linux.Fd;
import dev.berth.linux.Mode;
import dev.berth.linux.Open;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.tar.RawName;
import dev.berth.rootfs.tar.TarEntry;
import dev.berth.rootfs.tar.TarWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Writes a file or a directory with all beneath it as a tar stream, with bounded memory. What hostile processes do to the tree meanwhile
 * changes what is packed, never where it comes from: each step is one name in a directory that is held open, and only what a handle
 * shows to be a regular file is opened (CVE-2019-14271 had a FIFO). File systems of the kernel's own (/proc, /sys and their like) are
 * packed as empty directories, sockets are left out. For one thread.
 */
public final class TreePacker {
    /** Each level holds a descriptor. */
    private static final int MAX_DEPTH = 256;

    private static final int BUFFER = 64 * 1024;

    private final Syscalls calls;
    private final TarWriter out;
    private final EntryMaker entries;
    private final LinkMemory links = new LinkMemory();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final byte[] bytes = new byte[BUFFER];

    public TreePacker(Syscalls calls, TarWriter out, Keep keep) {
        this.calls = calls;
        this.out = out;
        this.entries = new EntryMaker(calls, keep);
    }

    /**
     * Refuses what is the kernel's own: files without a size, directories in which nothing can be stored.
     *
     * @param handle is closed
     */
    public static void check(Syscalls calls, Fd handle) {
        try (handle) {
            if (KernelFileSystems.holds(calls, handle)) {
                throw new FilesException.Wrong(
                        "it lies in a file system of the kernel's own, whose files are not stored;"
                                + " use a program in the container");
            }
        }
    }

    /**
     * Packs what the handle is of; the archive is not ended by it.
     *
     * @param name of the first member, as {@link RawName}; "." = what is in a directory is named relatively
     * @throws FilesException when something cannot be read
     */
    public void pack(Fd handle, String name) throws IOException {
        Stat stat = calls.fstat(handle.number());
        one(handle, stat, name, stat.mount(), 0);
    }

    private void one(Fd handle, Stat stat, String name, long mount, int depth) throws IOException {
        if (Thread.interrupted()) {
            throw new InterruptedIOException("the copy was cancelled");
        }
        try {
            boolean kernels = stat.mount() != mount && KernelFileSystems.holds(calls, handle);
            if (stat.isDirectory()) {
                directory(handle, stat, name, kernels, depth);
            } else if (!kernels) {
                file(handle, stat, name);
            }
        } catch (SyscallException e) {
            throw FilesException.of(e, RawName.shown(name));
        }
    }

    private void directory(Fd handle, Stat stat, String name, boolean empty, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new FilesException.Wrong(
                    RawName.shown(name) + " lies deeper than " + MAX_DEPTH + " directories, more than is copied");
        }
        out.add(entries.of(TarEntry.Type.DIRECTORY, handle, stat, name + "/", ""));
        if (empty) {
            return;
        }
        try (Fd open =
                new Fd(calls, calls.openat(handle.number(), new byte[] {'.'}, Open.RDONLY | Open.DIRECTORY, 0))) {
            for (List<DirectoryEntry> batch = calls.getdents(open.number());
                    !batch.isEmpty();
                    batch = calls.getdents(open.number())) {
                for (DirectoryEntry entry : batch) {
                    child(open, stat, entry.name(), name + "/" + RawName.of(entry.name()), depth + 1);
                }
            }
        }
    }

    private void child(Fd directory, Stat parent, byte[] name, String path, int depth) throws IOException {
        Optional<Fd> found = handle(directory, name);
        if (found.isPresent()) {
            try (Fd handle = found.get()) {
                one(handle, calls.fstat(handle.number()), path, parent.mount(), depth);
            }
        }
    }

    /** Empty when it has gone since its name was read. */
    private Optional<Fd> handle(Fd directory, byte[] name) {
        try {
            return Optional.of(new Fd(calls, calls.openat(directory.number(), name, Open.PATH | Open.NOFOLLOW, 0)));
        } catch (SyscallException e) {
            if (FilesException.isGone(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void file(Fd handle, Stat stat, String name) throws IOException {
        String earlier = links.earlier(stat, name);
        if (earlier != null) {
            out.add(entries.of(TarEntry.Type.HARDLINK, handle, stat, name, earlier));
            return;
        }
        switch (stat.type()) {
            case Mode.REGULAR -> content(handle, stat, name);
            case Mode.SYMLINK -> {
                String target = RawName.of(calls.readlinkat(handle.number(), new byte[0]));
                out.add(entries.of(TarEntry.Type.SYMLINK, handle, stat, name, target));
            }
            case Mode.FIFO -> out.add(entries.of(TarEntry.Type.FIFO, handle, stat, name, ""));
            case Mode.CHARACTER, Mode.BLOCK ->
                out.add(
                        entries.of(TarEntry.Type.DEVICE, handle, stat, name, ""),
                        new TarWriter.Device(
                                stat.type() == Mode.BLOCK, Stat.major(stat.rdevice()), Stat.minor(stat.rdevice())));
            default -> {
                return; // a socket: no archive holds one, and nobody but its program can use it
            }
        }
    }

    private void content(Fd handle, Stat stat, String name) throws IOException {
        byte[] path = Syscalls.bytes(handle.procPath());
        try (Fd in = new Fd(calls, calls.openat(At.FDCWD, path, Open.RDONLY | Open.NONBLOCK | Open.NOCTTY, 0))) {
            out.add(entries.of(TarEntry.Type.FILE, handle, stat, name, ""));
            while (out.left() > 0) {
                buffer.clear().limit((int) Math.min(BUFFER, out.left()));
                int count = calls.read(in.number(), buffer);
                if (count == 0) {
                    shrunk();
                    return;
                }
                buffer.flip().get(bytes, 0, count);
                out.write(bytes, 0, count);
            }
        }
    }

    /** The file became shorter while it was read: filled up with zeros, as tar does, for its size is told already. */
    private void shrunk() throws IOException {
        byte[] zeros = new byte[BUFFER];
        while (out.left() > 0) {
            out.write(zeros, 0, (int) Math.min(zeros.length, out.left()));
        }
    }
}
