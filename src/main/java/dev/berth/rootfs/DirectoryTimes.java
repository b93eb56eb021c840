package dev.berth.rootfs;

import dev.berth.linux.Fd;
import dev.berth.linux.Syscalls;
import dev.berth.linux.Timestamp;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The times of a layer's directories, to be set when nothing will be made in them any more. A layer of a million directories must not
 * fill the memory: beyond a number, or some bytes of their names, times are set early, read back when such a directory changes again,
 * and set once more.
 */
final class DirectoryTimes {
    private static final int REMEMBERED = 20_000;
    private static final long REMEMBERED_BYTES = 2 << 20;

    private final Syscalls calls;
    private final AttributeWriter writer;
    private final LayerTree tree;
    private final Map<String, Timestamp> times = new HashMap<>();
    private long bytes;
    private boolean describesRoot;
    private boolean wereSet;

    DirectoryTimes(Syscalls calls, AttributeWriter writer, LayerTree tree) {
        this.calls = calls;
        this.writer = writer;
        this.tree = tree;
    }

    void put(String path, Timestamp modified) {
        describesRoot |= path.isEmpty();
        keep(path, modified);
    }

    /** To be called before a directory changes: when its time was set already, it must be set again. */
    void remember(String path) {
        if (wereSet && !times.containsKey(path) && knows(path)) {
            try (Fd directory = tree.openOwn(path)) {
                keep(path, calls.fstat(directory.number()).modified());
            }
        }
    }

    private void keep(String path, Timestamp modified) {
        if (times.put(path, modified) == null) {
            bytes += path.length();
        }
        if (times.size() > REMEMBERED || bytes > REMEMBERED_BYTES) {
            setEarly(path);
        }
    }

    /** Whether the directory has a time to keep: all have but a root that the archive does not describe. */
    boolean knows(String path) {
        return !path.isEmpty() || describesRoot;
    }

    /** Of a directory that is gone, with all beneath it. */
    void forget(String path) {
        PathSet.forget(times.keySet(), path);
        count();
    }

    void setAll() {
        times.forEach((path, modified) -> {
            try (Fd directory = tree.openOwn(path)) {
                writer.time(directory.number(), modified);
            }
        });
    }

    /** Not those of directories that may change without {@link #remember} being called again. */
    private void setEarly(String current) {
        Set<String> inUse = tree.inUse();
        Map<String, Timestamp> later = new HashMap<>(times);
        later.keySet().removeIf(path -> !path.equals(current) && !inUse.contains(path));
        times.keySet().removeAll(later.keySet());
        setAll();
        times.clear();
        times.putAll(later);
        count();
        wereSet = true;
    }

    private void count() {
        bytes = times.keySet().stream().mapToLong(String::length).sum();
    }
}
