package dev.berth.rootfs;

import dev.berth.linux.At;
import dev.berth.linux.DirectoryEntry;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Mode;
import dev.berth.linux.Open;
import dev.berth.linux.Rename;
import dev.berth.linux.Resolve;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.tar.RawName;
import dev.berth.store.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Fills a new volume with what the image has at the place where the volume is mounted, as docker does. */
public final class VolumeSeed {
    private static final int MAX_DEPTH = 256;

    private final DataDirectory data;
    private final Syscalls calls;
    private final AttributeWriter writer;

    /** For this machine. */
    public VolumeSeed(DataDirectory data, Syscalls calls) {
        this(data, calls, Owners.read(Path.of("/proc/self")));
    }

    public VolumeSeed(DataDirectory data, Syscalls calls, Owners owners) {
        this.data = data;
        this.calls = calls;
        this.writer = new AttributeWriter(calls, owners);
    }

    /**
     * Copies a directory of the image with owners, modes, times, attributes and hard links. The copy is made elsewhere and its
     * content moved in when it is whole; the volume's directory itself stays, for another container may have it mounted. A volume
     * that holds anything, or a target that is no directory in the image, is left alone; so a second call does nothing.
     *
     * @param root the container's root, before it starts
     * @param target absolute, in the container; resolved beneath the root
     * @param volume the volume's directory
     * @return whether the volume was filled
     */
    public boolean fill(Fd root, String target, Path volume) {
        Optional<Fd> found = open(root, target);
        if (found.isEmpty() || !isEmpty(volume)) {
            found.ifPresent(Fd::close);
            return false;
        }
        Path copy = data.paths().temporary().resolve("volume-" + UUID.randomUUID());
        try (Fd source = found.get()) {
            Files.createDirectory(copy);
            try (Fd top = openDirectory(At.FDCWD, Syscalls.bytes(copy))) {
                new Copy(top).directory(source, top, "", 0);
                moveIn(top, volume, source);
            }
            return true;
        } catch (IOException | SyscallException failure) {
            throw new RootfsException.CannotMount(
                    "cannot fill the volume at " + target + " with the image's content: " + failure.getMessage(),
                    failure);
        } finally {
            data.trash().discard(copy);
        }
    }

    /** What somebody else has put there meanwhile stays. */
    private void moveIn(Fd copy, Path volume, Fd source) {
        try (Fd into = openDirectory(At.FDCWD, Syscalls.bytes(volume));
                Fd from = openDirectory(copy.number(), new byte[] {'.'})) {
            for (List<DirectoryEntry> batch = calls.getdents(from.number());
                    !batch.isEmpty();
                    batch = calls.getdents(from.number())) {
                for (DirectoryEntry entry : batch) {
                    move(from, into, entry.name());
                }
            }
            writer.toFile(into.number(), Attributes.of(calls, source), RawName.shown(volume.toString()));
        }
    }

    private void move(Fd from, Fd into, byte[] name) {
        try {
            calls.renameat2(from.number(), name, into.number(), name, Rename.NOREPLACE);
        } catch (SyscallException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    private Optional<Fd> open(Fd root, String target) {
        byte[] path = Syscalls.bytes(target.replaceFirst("^/+", ""));
        try {
            return Optional.of(new Fd(
                    calls,
                    calls.openat2(
                            root.number(),
                            path,
                            Open.RDONLY | Open.DIRECTORY,
                            0,
                            Resolve.IN_ROOT | Resolve.NO_MAGICLINKS)));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isEmpty(Path volume) {
        try (var entries = Files.list(volume)) {
            return entries.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Fd openDirectory(int at, byte[] name) {
        return new Fd(calls, calls.openat(at, name, Open.RDONLY | Open.DIRECTORY | Open.NOFOLLOW, 0));
    }

    /** One copy; it knows under which name each file with several links was copied first. */
    private final class Copy {
        private final Fd top;
        private final Map<List<Long>, String> links = new HashMap<>();
        private final FileCopy content = new FileCopy(calls, Long.MAX_VALUE);

        Copy(Fd top) {
            this.top = top;
        }

        void directory(Fd from, Fd to, String path, int depth) throws IOException {
            if (depth > MAX_DEPTH) {
                throw new RootfsException.CannotMount(
                        "cannot fill a volume from a directory that is deeper than " + MAX_DEPTH + " levels", null);
            }
            for (List<DirectoryEntry> batch = calls.getdents(from.number());
                    !batch.isEmpty();
                    batch = calls.getdents(from.number())) {
                for (DirectoryEntry entry : batch) {
                    entry(from, to, path + RawName.of(entry.name()), entry.name(), depth);
                }
            }
            writer.toFile(to.number(), Attributes.of(calls, from), RawName.shown(path));
        }

        private void entry(Fd from, Fd to, String path, byte[] name, int depth) throws IOException {
            try (Fd source = new Fd(calls, calls.openat(from.number(), name, Open.PATH | Open.NOFOLLOW, 0))) {
                Stat stat = calls.fstat(source.number());
                if (stat.isDirectory()) {
                    calls.mkdirat(to.number(), name, 0700);
                    try (Fd inner = openDirectory(from.number(), name);
                            Fd copy = openDirectory(to.number(), name)) {
                        directory(inner, copy, path + "/", depth + 1);
                    }
                    return;
                }
                String first = stat.links() > 1 ? links.putIfAbsent(List.of(stat.device(), stat.inode()), path) : null;
                if (first == null) {
                    file(source, stat, to, name, path);
                } else {
                    calls.linkat(top.number(), RawName.bytes(first), to.number(), name, 0);
                }
            }
        }

        private void file(Fd source, Stat stat, Fd to, byte[] name, String path) throws IOException {
            Attributes attributes = Attributes.of(calls, source);
            switch (stat.type()) {
                case Mode.REGULAR -> content(source, to, name, attributes, path);
                case Mode.SYMLINK -> {
                    calls.symlinkat(calls.readlinkat(source.number(), new byte[0]), to.number(), name);
                    writer.toSymlink(to.number(), RawName.of(name), attributes, RawName.shown(path));
                }
                case Mode.FIFO, Mode.SOCKET -> {
                    calls.mknodat(to.number(), name, stat.type() | 0600, 0);
                    writer.toSpecial(to.number(), RawName.of(name), attributes, RawName.shown(path));
                }
                default -> {
                    return; // a device: no user may make one
                }
            }
        }

        private void content(Fd source, Fd to, byte[] name, Attributes attributes, String path) throws IOException {
            byte[] proc = Syscalls.bytes(source.procPath());
            int flags = Open.WRONLY | Open.CREAT | Open.EXCL | Open.NOFOLLOW;
            try (Fd in = new Fd(calls, calls.openat(At.FDCWD, proc, Open.RDONLY, 0));
                    Fd out = new Fd(calls, calls.openat(to.number(), name, flags, 0600))) {
                content.copy(in.number(), out.number());
                writer.toFile(out.number(), attributes, RawName.shown(path));
            }
        }
    }
}
