package dev.berth.files;

import dev.berth.linux.Mode;
import dev.berth.linux.Stat;
import java.util.Optional;

/**
 * A name in a tree and what it is.
 *
 * @param name as {@link dev.berth.rootfs.tar.RawName}
 * @param uid as the container sees it
 * @param target of a symbolic link, as RawName
 * @param leadsTo what a symbolic link leads to, in the end
 */
public record FileNode(String name, Stat stat, long uid, long gid, Optional<String> target, Optional<String> leadsTo) {

    /** file, directory, symlink, fifo, socket, character or block. */
    public String type() {
        return type(stat);
    }

    static String type(Stat stat) {
        return switch (stat.type()) {
            case Mode.DIRECTORY -> "directory";
            case Mode.SYMLINK -> "symlink";
            case Mode.FIFO -> "fifo";
            case Mode.SOCKET -> "socket";
            case Mode.CHARACTER -> "character";
            case Mode.BLOCK -> "block";
            default -> "file";
        };
    }
}
