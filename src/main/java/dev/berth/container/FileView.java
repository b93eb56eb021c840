package dev.berth.container;

import dev.berth.files.FileNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A file of a container as the API shows it.
 *
 * @param name for people: bytes that are not UTF-8 are shown as U+FFFD
 * @param encodedName the same name percent-encoded byte by byte, to be appended to a {@code path}
 * @param type file, directory, symlink, fifo, socket, character or block
 * @param mode permissions with setuid, setgid and sticky: four octal digits
 * @param uid as the container sees it
 * @param linkTarget text of a symbolic link
 * @param linkType what a symbolic link leads to in the end; null when that is nothing
 */
public record FileView(
        String name,
        String encodedName,
        String type,
        long size,
        String mode,
        long uid,
        long gid,
        Instant modified,
        String linkTarget,
        String linkType) {

    static FileView of(FileNode node) {
        return new FileView(
                text(node.name()),
                encoded(node.name()),
                node.type(),
                node.stat().size(),
                String.format("%04o", node.stat().permissions()),
                node.uid(),
                node.gid(),
                node.stat().modified().toInstant(),
                node.target().map(FileView::text).orElse(null),
                node.leadsTo().orElse(null));
    }

    private static String text(String raw) {
        return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** RFC 3986: all but the unreserved characters. */
    private static String encoded(String raw) {
        StringBuilder text = new StringBuilder();
        for (char c : raw.toCharArray()) {
            if (c < 128 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
                text.append(c);
            } else {
                text.append(String.format("%%%02X", (int) c));
            }
        }
        return text.toString();
    }
}
