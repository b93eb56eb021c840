package dev.berth.container;

import java.nio.charset.StandardCharsets;

/**
 * A path in a container, byte for byte: names of files have no encoding. A relative one begins at the root, as docker's do.
 *
 * @param raw each char is one byte (ISO 8859-1)
 */
public record FilePath(String raw) {
    private static final int LONGEST = 4095;

    public FilePath {
        if (raw.isEmpty()) {
            throw new ContainerException.Invalid("path", "path is empty: name a file or a directory of the container");
        }
        if (raw.indexOf('\0') >= 0) {
            throw new ContainerException.Invalid("path", "path holds a NUL, which no name of a file can");
        }
        if (raw.length() > LONGEST) {
            throw new ContainerException.Invalid(
                    "path", "path has " + raw.length() + " bytes; the kernel takes " + LONGEST);
        }
    }

    public static FilePath of(byte[] bytes) {
        return new FilePath(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /** What the first member of its tar stream is called: its last component, "." where that is no name. */
    String base() {
        String trimmed = raw.replaceFirst("/+$", "");
        String last = trimmed.substring(trimmed.lastIndexOf('/') + 1);
        return last.isEmpty() || last.equals("..") ? "." : last;
    }

    /** For people: read as UTF-8, absolute, cut to what they read. */
    @Override
    public String toString() {
        String text = new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)
                .replaceAll("\\p{Cntrl}", "\uFFFD");
        String absolute = text.startsWith("/") ? text : "/" + text;
        return absolute.length() <= 200 ? absolute : absolute.substring(0, 197) + "...";
    }
}
