package dev.berth.rootfs;

import dev.berth.linux.At;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.linux.Timestamp;
import dev.berth.rootfs.tar.RawName;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * Gives files their owner, mode, extended attributes and time, in this order: chown clears setuid and file capabilities, and
 * everything changes the time. Acts on descriptors only.
 */
public final class AttributeWriter {
    static final String OVERLAY = "user.overlay.";
    static final String OPAQUE = "user.overlay.opaque";
    /** Belong to the machine that packed the image; umoci leaves them out too. */
    private static final Set<String> IGNORED = Set.of("security.selinux", "system.nfs4_acl");

    private static final byte[] SELF = new byte[0];

    private final Syscalls calls;
    private final Owners owners;

    public AttributeWriter(Syscalls calls, Owners owners) {
        this.calls = calls;
        this.owners = owners;
    }

    /** @param path for sentences */
    public void toFile(int fd, Attributes attributes, String path) {
        toFileButTime(fd, attributes, path);
        calls.utimensat(fd, null, attributes.modified(), attributes.modified(), 0);
    }

    /** Of a directory: its time is for the end, since every entry made in it changes it. */
    public void toDirectory(int fd, Attributes attributes, String path) {
        toFileButTime(fd, attributes, path);
    }

    void toSymlink(int directory, String name, Attributes attributes, String path) {
        byte[] raw = RawName.bytes(name);
        if (!owners.single()) {
            owners.check(attributes, path);
            calls.fchownat(directory, raw, attributes.uid(), attributes.gid(), At.SYMLINK_NOFOLLOW);
        }
        byte[] file = RawName.bytes("/proc/self/fd/" + directory + "/" + name);
        attributes
                .xattrs()
                .forEach((attribute, value) -> set(
                        attribute, value, path, () -> calls.lsetxattr(file, RawName.bytes(attribute), value, 0), true));
        calls.utimensat(directory, raw, attributes.modified(), attributes.modified(), At.SYMLINK_NOFOLLOW);
    }

    /** Of a FIFO, which must not be opened for reading. */
    void toSpecial(int directory, String name, Attributes attributes, String path) {
        try (Fd handle = new Fd(
                calls, calls.openat(directory, RawName.bytes(name), Open.PATH | Open.NOFOLLOW | Open.CLOEXEC, 0))) {
            toHandle(handle, attributes, path);
        }
    }

    /** Of a symbolic link or a FIFO, by its own handle (O_PATH), so that it is this one whoever moves names about. */
    public void toHandle(Fd handle, Attributes attributes, String path) {
        byte[] file = Syscalls.bytes(handle.procPath());
        if (!owners.single()) {
            owners.check(attributes, path);
            calls.fchownat(handle.number(), SELF, attributes.uid(), attributes.gid(), At.EMPTY_PATH);
        }
        if (!calls.fstat(handle.number()).isSymlink()) {
            calls.fchmodat(At.FDCWD, file, attributes.mode());
        }
        attributes
                .xattrs()
                .forEach((attribute, value) -> set(
                        attribute, value, path, () -> calls.setxattr(file, RawName.bytes(attribute), value, 0), true));
        calls.utimensat(At.FDCWD, file, attributes.modified(), attributes.modified(), 0);
    }

    public void time(int fd, Timestamp modified) {
        calls.utimensat(fd, null, modified, modified, 0);
    }

    void opaque(int fd) {
        calls.fsetxattr(fd, Syscalls.bytes(OPAQUE), new byte[] {'y'}, 0);
    }

    /** Takes away what an earlier description of the directory gave. */
    void clearXattrs(int fd) {
        for (byte[] name : calls.flistxattr(fd)) {
            String attribute = RawName.of(name);
            if (!attribute.startsWith(OVERLAY) && !IGNORED.contains(attribute)) {
                calls.fremovexattr(fd, name);
            }
        }
    }

    private void toFileButTime(int fd, Attributes attributes, String path) {
        if (!owners.single()) {
            owners.check(attributes, path);
            calls.fchown(fd, attributes.uid(), attributes.gid());
        }
        calls.fchmod(fd, attributes.mode());
        attributes
                .xattrs()
                .forEach((attribute, value) -> set(
                        attribute, value, path, () -> calls.fsetxattr(fd, RawName.bytes(attribute), value, 0), false));
        if (owners.single() && (attributes.uid() != 0 || attributes.gid() != 0)) {
            String owner =
                    Integer.toUnsignedString(attributes.uid()) + ":" + Integer.toUnsignedString(attributes.gid());
            calls.fsetxattr(fd, Syscalls.bytes(Owners.ATTRIBUTE), owner.getBytes(StandardCharsets.US_ASCII), 0);
        }
    }

    /** Refuses what would change the meaning of the tree, before anything is made of it. */
    public static void check(Map<String, byte[]> xattrs, String path) {
        for (String name : xattrs.keySet()) {
            if (name.startsWith("trusted.") || name.startsWith(OVERLAY) || name.startsWith("user.berth.")) {
                throw new RootfsException.BadLayer(path + " has the attribute " + RawName.shown(name)
                        + ", which no image may set: it would change how the layers are merged");
            }
        }
    }

    /** Whether an attribute means something to this machine or to Berth only. */
    static boolean isOwn(String name) {
        return IGNORED.contains(name)
                || name.startsWith("trusted.")
                || name.startsWith(OVERLAY)
                || name.startsWith("user.berth.");
    }

    /** Of the security attributes only capabilities are namespaced (Linux 4.14): without the others a program runs as well. */
    private static boolean isOfTheMachine(String name) {
        return name.startsWith("security.") && !name.equals("security.capability");
    }

    private static void set(String name, byte[] value, String path, Runnable call, boolean special) {
        if (IGNORED.contains(name)) {
            return;
        }
        try {
            call.run();
        } catch (SyscallException refused) {
            // The file system knows no such attribute, this kind of file may have none (user.* on a symlink), or only
            // the machine's own root may set it (security.ima): docker and containerd let it go too.
            boolean forbidden = refused.is(Errno.EPERM) && (special || isOfTheMachine(name));
            boolean harmless = refused.is(Errno.EOPNOTSUPP) || forbidden;
            if (!harmless) {
                throw new RootfsException.CannotUnpack(
                        "cannot set attribute " + RawName.shown(name) + " (" + value.length + " bytes) of " + path
                                + ": " + refused.errno().text(),
                        refused);
            }
        }
    }
}
