package dev.berth.rootfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Tells in which paths and attributes two trees differ. */
public final class TreeComparator {
    private TreeComparator() {}

    /** @param anyTime paths whose time says nothing: umoci gives directories that nobody describes the time of unpacking */
    public static List<String> differences(
            Map<String, TreeScan.Node> expected, Map<String, TreeScan.Node> actual, Set<String> anyTime) {
        List<String> differences = new ArrayList<>();
        Set<String> paths = new TreeSet<>(expected.keySet());
        paths.addAll(actual.keySet());
        for (String path : paths) {
            TreeScan.Node left = expected.get(path);
            TreeScan.Node right = actual.get(path);
            if (left == null || right == null) {
                differences.add(path + ": only in the " + (left == null ? "second" : "first") + " tree");
                continue;
            }
            compare(path, "type", left.type(), right.type(), differences);
            compare(path, "mode", left.mode(), right.mode(), differences);
            compare(path, "uid", left.uid(), right.uid(), differences);
            compare(path, "gid", left.gid(), right.gid(), differences);
            if (!anyTime.contains(path)) {
                compare(path, "mtime", left.modified(), right.modified(), differences);
            }
            compare(path, "device", left.device(), right.device(), differences);
            compare(path, "target", left.target(), right.target(), differences);
            compare(path, "content", left.content(), right.content(), differences);
            compare(path, "xattrs", left.xattrs(), right.xattrs(), differences);
            compare(path, "hard links", left.links(), right.links(), differences);
        }
        return differences;
    }

    private static void compare(String path, String what, Object left, Object right, List<String> differences) {
        if (!left.equals(right)) {
            differences.add(path + ": " + what + " " + left + " | " + right);
        }
    }
}
