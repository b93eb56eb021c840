package dev.berth.rootfs;

import dev.berth.linux.Fd;
import dev.berth.linux.Syscalls;
import dev.berth.linux.Timestamp;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The times of a layer's directories, to be set when nothing will be made in them any more. A layer of a million directories must not
 * fill the memory: beyond a number, times are set early, read back when such a directory changes again, and set once more.
 */
final class DirectoryTimes {
    private static final int REMEMBERED = 20_000;

    private final Syscalls calls;
    private final AttributeWriter writer;
    private final LayerTree tree;
    private final Map<String, Timestamp> times = new HashMap<>();
    private boolean describesRoot;
    private boolean wereSet;

    DirectoryTimes(Syscalls calls, AttributeWriter writer, LayerTree tree) {
        this.calls = calls;
        this.writer = writer;
        this.tree = tree;
    }

    /** @param inUse directories that change without {@link #remember} being called again */
    void put(String path, Timestamp modified, Set<String> inUse) {
        times.put(path, modified);
        describesRoot |= path.isEmpty();
        if (times.size() > REMEMBERED) {
            setEarly(path, inUse);
        }
    }

    /** To be called before a directory changes: when its time was set already, it must be set again. */
    void remember(String path) {
        if (wereSet && !times.containsKey(path) && knows(path)) {
            try (Fd directory = tree.openOwn(path)) {
                times.put(path, calls.fstat(directory.number()).modified());
            }
        }
    }

    /** Whether the directory has a time to keep: all have but a root that the archive does not describe. */
    boolean knows(String path) {
        return !path.isEmpty() || describesRoot;
    }

    /** Of a directory that is gone, with all beneath it. */
    void forget(String path) {
        LayerTree.forget(times.keySet(), path);
    }

    void setAll() {
        times.forEach((path, modified) -> {
            try (Fd directory = tree.openOwn(path)) {
                writer.time(directory.number(), modified);
            }
        });
    }

    private void setEarly(String current, Set<String> inUse) {
        Map<String, Timestamp> later = new HashMap<>(times);
        later.keySet().removeIf(path -> !path.equals(current) && !inUse.contains(path));
        times.keySet().removeAll(later.keySet());
        setAll();
        times.clear();
        times.putAll(later);
        wereSet = true;
    }
}
