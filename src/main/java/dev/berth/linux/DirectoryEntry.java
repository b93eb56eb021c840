package dev.berth.linux;

import java.nio.charset.StandardCharsets;

/**
 * One name of a directory. {@code type} is of {@link Mode}, 0 where the file system does not tell. The array is not
 * copied: treat it as constant.
 */
public record DirectoryEntry(byte[] name, long inode, int type) {
    /** For messages: bytes that are not UTF-8 become U+FFFD. */
    public String text() {
        return new String(name, StandardCharsets.UTF_8);
    }
}
