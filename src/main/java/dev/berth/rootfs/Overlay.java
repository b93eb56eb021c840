package dev.berth.rootfs;

import dev.berth.linux.At;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.MountAttribute;
import dev.berth.linux.MoveMount;
import dev.berth.linux.Open;
import dev.berth.linux.OpenTree;
import dev.berth.linux.Propagation;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.linux.Umount;
import dev.berth.rootfs.tar.RawName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Mounts overlays that are attached to nothing, by the options an unprivileged user namespace may use ({@code userxattr}, Linux 5.11).
 * Directories are named by descriptor, so that neither their length nor their characters matter.
 *
 * @see <a href="https://docs.kernel.org/filesystems/overlayfs.html">Overlay file system</a>
 */
final class Overlay {
    /** The names of so many directories fit into the one page of options that mount(2) takes. */
    static final int MAX_LAYERS = 128;
    /** What fsconfig takes as one string. */
    private static final int STRING = 255;

    private static final byte[] NONE = new byte[0];

    private final Syscalls calls;
    private final Path anchor;

    /** @param anchor an empty directory: before Linux 6.5 a mount of many layers needs a place for a moment */
    Overlay(Syscalls calls, Path anchor) {
        this.calls = calls;
        this.anchor = anchor;
    }

    /** The writable part of an overlay. */
    record Writable(Path upper, Path work) {}

    /**
     * @param lowers from the uppermost down; at least two when nothing is writable
     * @return the mount
     */
    Fd mount(List<Path> lowers, Optional<Writable> writable) {
        List<Fd> open = new ArrayList<>();
        try {
            List<String> names =
                    lowers.stream().map(lower -> directory(lower, open)).toList();
            Optional<String> upper = writable.map(w -> directory(w.upper(), open));
            Optional<String> work = writable.map(w -> directory(w.work(), open));
            Optional<Fd> mount = oneByOne(names, upper, work);
            return mount.orElseGet(() -> joined(names, upper, work));
        } finally {
            open.forEach(Fd::close);
        }
    }

    /**
     * Since Linux 6.5; empty where the kernel does not know how. An older one takes every option and says EINVAL only when it makes the
     * superblock; so does a new one that is wronged otherwise, and then the older way says it again.
     */
    private Optional<Fd> oneByOne(List<String> lowers, Optional<String> upper, Optional<String> work) {
        try (Fd context = new Fd(calls, calls.fsopen("overlay"))) {
            lowers.forEach(lower -> set(context, "lowerdir+", lower));
            return Optional.of(finish(context, upper, work));
        } catch (SyscallException unknown) {
            if (unknown.is(Errno.EINVAL)) {
                return Optional.empty();
            }
            throw unknown;
        }
    }

    Fd joined(List<String> lowers, Optional<String> upper, Optional<String> work) {
        String all = String.join(":", lowers);
        if (all.length() > STRING) {
            return page(all, upper, work);
        }
        try (Fd context = new Fd(calls, calls.fsopen("overlay"))) {
            set(context, "lowerdir", all);
            return finish(context, upper, work);
        }
    }

    private Fd finish(Fd context, Optional<String> upper, Optional<String> work) {
        upper.ifPresent(path -> set(context, "upperdir", path));
        work.ifPresent(path -> set(context, "workdir", path));
        calls.fsconfigFlag(context.number(), "userxattr");
        calls.fsconfigCreate(context.number());
        return new Fd(calls, calls.fsmount(context.number(), 0));
    }

    /** One string of up to a page goes only through mount(2): attached, taken off again as a descriptor. */
    private synchronized Fd page(String lowers, Optional<String> upper, Optional<String> work) {
        List<String> options = new ArrayList<>(List.of("userxattr", "lowerdir=" + lowers));
        upper.ifPresent(path -> options.add("upperdir=" + path));
        work.ifPresent(path -> options.add("workdir=" + path));
        byte[] target = Syscalls.bytes(anchor);
        calls.mount(
                "overlay",
                target,
                "overlay",
                0,
                options.stream().collect(Collectors.joining(",")).getBytes(StandardCharsets.US_ASCII));
        try {
            return new Fd(calls, calls.openTree(At.FDCWD, target, OpenTree.CLONE | OpenTree.CLOEXEC));
        } finally {
            calls.umount2(target, Umount.DETACH);
        }
    }

    /**
     * Puts mounts on an overlay. Only attached mounts take others on them before Linux 6.15, so this is done at the anchor, in the mount
     * namespace of the service, and the whole is taken off again as a descriptor: nothing stays, nor when the service dies meanwhile.
     *
     * @param root as {@link #mount} made it; closed afterwards
     */
    synchronized ComposedRoot compose(Fd root, List<RootMount> mounts, boolean readOnly) {
        byte[] target = Syscalls.bytes(anchor);
        try (root) {
            calls.moveMount(root.number(), NONE, At.FDCWD, target, MoveMount.F_EMPTY_PATH);
        }
        Fd spare = null;
        try {
            spare = clone(target, 0);
            try (Fd top = new Fd(calls, calls.openat(At.FDCWD, target, Open.PATH | Open.DIRECTORY, 0))) {
                mounts.forEach(mount -> attach(top, mount));
                mounts.stream().filter(mount -> mount.source().isEmpty()).forEach(mount -> shut(top, mount));
            }
            if (readOnly) {
                calls.mountSetattr(At.FDCWD, target, 0, MountAttribute.RDONLY, 0, 0);
            }
            return new ComposedRoot(clone(target, At.RECURSIVE), spare);
        } catch (RuntimeException failure) {
            if (spare != null) {
                spare.close();
            }
            throw failure;
        } finally {
            calls.umount2(target, Umount.DETACH);
        }
    }

    private Fd clone(byte[] target, int flags) {
        return new Fd(calls, calls.openTree(At.FDCWD, target, OpenTree.CLONE | OpenTree.CLOEXEC | flags));
    }

    /** As berth-init attaches at a start: a target that is not there is made. */
    private void attach(Fd top, RootMount mount) {
        try (Fd tree = mount.source()
                .map(source -> clone(Syscalls.bytes(source), At.RECURSIVE))
                .orElseGet(this::nothing)) {
            long readOnly = mount.readOnly() && mount.source().isPresent() ? MountAttribute.RDONLY : 0;
            calls.mountSetattr(tree.number(), NONE, At.EMPTY_PATH | At.RECURSIVE, readOnly, 0, Propagation.PRIVATE);
            String target = RawName.of(Syscalls.bytes(mount.target()));
            boolean directory = calls.fstat(tree.number()).isDirectory();
            try (Fd place = directory
                    ? RootedDirectory.asRoot(calls, top).make(target)
                    : RootedDirectory.asRoot(calls, top).file(target)) {
                int flags = MoveMount.F_EMPTY_PATH | MoveMount.T_EMPTY_PATH;
                calls.moveMount(tree.number(), NONE, place.number(), NONE, flags);
            }
        }
    }

    /** An empty directory takes no write: what would be written there is lost. Only now, for places may have been made in it. */
    private void shut(Fd top, RootMount mount) {
        String target = RawName.of(Syscalls.bytes(mount.target()));
        try (Fd place = RootedDirectory.asRoot(calls, top).open(target, Open.PATH | Open.DIRECTORY)) {
            calls.mountSetattr(place.number(), NONE, At.EMPTY_PATH, MountAttribute.RDONLY, 0, 0);
        }
    }

    private Fd nothing() {
        try (Fd context = new Fd(calls, calls.fsopen("tmpfs"))) {
            calls.fsconfigCreate(context.number());
            return new Fd(calls, calls.fsmount(context.number(), 0));
        }
    }

    private void set(Fd context, String key, String value) {
        calls.fsconfigString(context.number(), key, Syscalls.bytes(value));
    }

    String directory(Path path, List<Fd> open) {
        int flags = Open.PATH | Open.DIRECTORY | Open.NOFOLLOW | Open.CLOEXEC;
        Fd fd = new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes(path), flags, 0));
        open.add(fd);
        return fd.procPath();
    }
}
