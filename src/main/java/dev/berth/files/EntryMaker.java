package dev.berth.files;

import dev.berth.linux.Fd;
import dev.berth.linux.Stat;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.Attributes;
import dev.berth.rootfs.tar.RawName;
import dev.berth.rootfs.tar.TarEntry;
import java.util.Map;
import java.util.Optional;

/** Describes files as members of an archive. */
final class EntryMaker {
    /** Of all extended attributes of one file: what any reader of archives takes, and no hostile file exceeds. */
    private static final int MAX_XATTRS = 512 * 1024;

    private final Syscalls calls;
    private final Keep keep;

    EntryMaker(Syscalls calls, Keep keep) {
        this.calls = calls;
        this.keep = keep;
    }

    TarEntry of(TarEntry.Type type, Fd handle, Stat stat, String name, String link) {
        Attributes attributes = attributes(handle, stat, type);
        int total = 0;
        for (byte[] value : attributes.xattrs().values()) {
            total += value.length;
        }
        if (total > MAX_XATTRS) {
            throw new FilesException.Wrong(
                    RawName.shown(name) + " has more than " + MAX_XATTRS + " bytes of extended attributes");
        }
        return new TarEntry(
                type,
                name,
                link,
                attributes.mode(),
                Integer.toUnsignedLong(attributes.uid()),
                Integer.toUnsignedLong(attributes.gid()),
                attributes.modified(),
                type == TarEntry.Type.FILE ? stat.size() : 0,
                attributes.xattrs(),
                Optional.empty());
    }

    private Attributes attributes(Fd handle, Stat stat, TarEntry.Type type) {
        if (!keep.attributes() || type == TarEntry.Type.HARDLINK) {
            int uid = keep.owners() ? stat.uid() : 0;
            int gid = keep.owners() ? stat.gid() : 0;
            return new Attributes(uid, gid, stat.permissions(), stat.modified(), Map.of());
        }
        return Attributes.portable(calls, handle);
    }
}
