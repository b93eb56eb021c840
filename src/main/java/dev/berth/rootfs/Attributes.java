package dev.berth.rootfs;

import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.linux.Timestamp;
import dev.berth.rootfs.tar.RawName;
import dev.berth.rootfs.tar.TarEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a file has beside its content.
 *
 * @param mode permissions with setuid, setgid and sticky
 * @param xattrs names as {@link RawName}
 */
public record Attributes(int uid, int gid, int mode, Timestamp modified, Map<String, byte[]> xattrs) {
    /** Of a directory that an archive implies and nobody describes; the time is fixed, so that the tree is the same everywhere. */
    static final Attributes IMPLIED_DIRECTORY = new Attributes(0, 0, 0755, new Timestamp(0, 0), Map.of());

    public static Attributes of(TarEntry entry) {
        return new Attributes((int) entry.uid(), (int) entry.gid(), entry.mode(), entry.modified(), entry.xattrs());
    }

    /** Of an existing file, by a handle (O_PATH suffices). */
    public static Attributes of(Syscalls calls, Fd file) {
        Stat stat = calls.fstat(file.number());
        byte[] path = Syscalls.bytes(file.procPath());
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        for (byte[] name : calls.listxattr(path)) {
            String text = RawName.of(name);
            if (!text.startsWith(AttributeWriter.OVERLAY) && !text.startsWith("trusted.")) {
                xattrs.put(text, calls.getxattr(path, name));
            }
        }
        return new Attributes(stat.uid(), stat.gid(), stat.permissions(), stat.modified(), xattrs);
    }

    /**
     * As an archive tells them to another machine: without what belongs to this machine alone or to Berth; where owners stand in an
     * attribute, as the owners that they stand for. A file system without attributes has none.
     */
    public static Attributes portable(Syscalls calls, Fd file) {
        Stat stat = calls.fstat(file.number());
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        byte[] path = Syscalls.bytes(file.procPath());
        for (byte[] name : names(calls, path)) {
            read(calls, path, name).ifPresent(value -> xattrs.put(RawName.of(name), value));
        }
        byte[] owner = xattrs.remove(Owners.ATTRIBUTE);
        xattrs.keySet().removeIf(AttributeWriter::isOwn);
        int[] ids = owner == null ? new int[] {stat.uid(), stat.gid()} : Owners.parse(owner);
        return new Attributes(ids[0], ids[1], stat.permissions(), stat.modified(), xattrs);
    }

    private static List<byte[]> names(Syscalls calls, byte[] path) {
        try {
            return calls.listxattr(path);
        } catch (SyscallException e) {
            if (e.is(Errno.EOPNOTSUPP)) {
                return List.of();
            }
            throw e;
        }
    }

    /** Empty when it has gone since its name was read. */
    private static Optional<byte[]> read(Syscalls calls, byte[] path, byte[] name) {
        try {
            return Optional.of(calls.getxattr(path, name));
        } catch (SyscallException e) {
            if (e.is(Errno.ENODATA)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
