package dev.berth.rootfs;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/** Paths that are remembered of a layer, within bounds: a path has up to 4 KiB, and a layer as many as it likes. For one thread. */
final class PathSet {
    private final int most;
    private final long mostBytes;
    private final Set<String> paths = new HashSet<>();
    private long bytes;

    /**
     * @param most paths
     * @param mostBytes of all paths together
     */
    PathSet(int most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** @return whether all of them are still within the bounds */
    boolean add(String path) {
        if (paths.add(path)) {
            bytes += path.length();
        }
        return paths.size() <= most && bytes <= mostBytes;
    }

    boolean contains(String path) {
        return paths.contains(path);
    }

    boolean isEmpty() {
        return paths.isEmpty();
    }

    void remove(String path) {
        if (paths.remove(path)) {
            bytes -= path.length();
        }
    }

    /** Of something that is gone, with all beneath it. */
    void forget(String removed) {
        forget(paths, removed);
        bytes = paths.stream().mapToLong(String::length).sum();
    }

    void clear() {
        paths.clear();
        bytes = 0;
    }

    Set<String> all() {
        return Collections.unmodifiableSet(paths);
    }

    static void forget(Collection<String> paths, String removed) {
        paths.removeIf(path -> path.equals(removed) || path.startsWith(removed + "/"));
    }
}
