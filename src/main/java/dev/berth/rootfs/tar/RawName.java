package dev.berth.rootfs.tar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Names of files as bytes in the clothes of a String: each char is one byte (ISO 8859-1). So they compare, split and hash like text,
 * and no encoding is ever assumed.
 */
public final class RawName {
    private RawName() {}

    public static String of(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    public static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** For sentences: read as UTF-8, without control characters, not longer than people read. */
    public static String shown(String name) {
        String text = new String(bytes(name), StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "\uFFFD");
        return text.length() <= 200 ? text : text.substring(0, 197) + "...";
    }

    /**
     * The components of a path seen from the root of its tree: "." and empty ones vanish, ".." goes up, and never beyond the root.
     */
    public static List<String> components(String path) {
        Deque<String> components = new ArrayDeque<>();
        int start = 0;
        while (start <= path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            String component = path.substring(start, end);
            if (component.equals("..")) {
                components.pollLast();
            } else if (!component.isEmpty() && !component.equals(".")) {
                components.addLast(component);
            }
            start = end + 1;
        }
        return List.copyOf(components);
    }
}
