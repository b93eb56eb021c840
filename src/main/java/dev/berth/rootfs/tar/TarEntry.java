package dev.berth.rootfs.tar;

import dev.berth.linux.Timestamp;
import java.util.Map;
import java.util.Optional;

/**
 * One member of an archive.
 *
 * @param name as {@link RawName}, as written: perhaps absolute, with "..", with a slash at the end
 * @param link target of a hard or symbolic link, as {@link RawName}
 * @param mode permissions with setuid, setgid and sticky
 * @param size bytes that follow in the archive
 * @param xattrs by name ({@link RawName}), values as they are
 */
public record TarEntry(
        Type type,
        String name,
        String link,
        int mode,
        long uid,
        long gid,
        Timestamp modified,
        long size,
        Map<String, byte[]> xattrs,
        Optional<SparseMap> sparse) {
    /** What an archive can hold. */
    public enum Type {
        FILE,
        DIRECTORY,
        SYMLINK,
        HARDLINK,
        FIFO,
        DEVICE
    }
}
