package dev.berth.rootfs;

import dev.berth.linux.Fd;
import dev.berth.linux.Stat;
import dev.berth.linux.Syscalls;
import dev.berth.linux.Timestamp;
import dev.berth.rootfs.tar.RawName;
import dev.berth.rootfs.tar.TarEntry;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a file has beside its content.
 *
 * @param mode permissions with setuid, setgid and sticky
 * @param xattrs names as {@link RawName}
 */
record Attributes(int uid, int gid, int mode, Timestamp modified, Map<String, byte[]> xattrs) {
    /** Of a directory that an archive implies and nobody describes; the time is fixed, so that the tree is the same everywhere. */
    static final Attributes IMPLIED_DIRECTORY = new Attributes(0, 0, 0755, new Timestamp(0, 0), Map.of());

    static Attributes of(TarEntry entry) {
        return new Attributes((int) entry.uid(), (int) entry.gid(), entry.mode(), entry.modified(), entry.xattrs());
    }

    /** Of an existing file, by a handle (O_PATH suffices). */
    static Attributes of(Syscalls calls, Fd file) {
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
}
