package dev.berth.rootfs;

import dev.berth.rootfs.LayerTree.Directory;

/**
 * What a layer has and no user namespace can make: device nodes, under each of their names. What had such a name before is gone. So
 * many names are remembered for the hard links that may follow. For one thread.
 */
final class LeftOut {
    private static final int REMEMBERED = 20_000;
    private static final long REMEMBERED_BYTES = 2 << 20;

    private final LayerTree tree;
    private final PathSet paths = new PathSet(REMEMBERED, REMEMBERED_BYTES);
    private int count;

    LeftOut(LayerTree tree) {
        this.tree = tree;
    }

    void add(Directory parent, String name) {
        tree.clear(parent, name);
        if (tree.lowerShows(parent.path(), name)) {
            tree.addWhiteout(parent, name);
        }
        tree.dependsOnLower();
        count++;
        String path = parent.child(name);
        if (!paths.add(path)) {
            paths.remove(path);
        }
    }

    /** Whether a device node would be there, unless something else has come in its place. */
    boolean has(String path) {
        return paths.contains(path)
                && tree.own(path).filter(own -> !own.isWhiteout()).isEmpty();
    }

    int count() {
        return count;
    }
}
