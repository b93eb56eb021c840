package dev.berth.rootfs;

import dev.berth.linux.Stat;
import dev.berth.rootfs.tar.TarException;
import java.util.List;
import java.util.Optional;

/**
 * What a layer deletes, in the form of overlayfs: a device 0:0 in the place of a name, an attribute on a directory of which nothing of
 * the lower layers shows. A mark concerns the lower layers only: what the same archive has there stays, whichever comes first.
 */
final class Whiteouts {
    private final LayerTree tree;

    Whiteouts(LayerTree tree) {
        this.tree = tree;
    }

    void whiteout(List<String> parent, String name) throws TarException {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new TarException("it deletes a file without a name (.wh." + name + ")");
        }
        Optional<LayerTree.Place> place = tree.find(parent);
        if (place.isEmpty()) {
            tree.dependsOnLower();
            return;
        }
        Optional<Stat> own = place.get().own() ? tree.own(place.get().child(name)) : Optional.empty();
        if (own.isPresent()) {
            if (own.get().isDirectory()) {
                tree.makeOpaque(place.get().child(name));
            }
        } else if (tree.lowerShows(place.get().path(), name)) {
            tree.addWhiteout(tree.directory(parent), name);
        } else {
            // In another image there may be something to delete.
            tree.dependsOnLower();
        }
    }

    void opaque(List<String> parent) {
        Optional<LayerTree.Place> place = tree.find(parent);
        if (place.isEmpty()) {
            tree.dependsOnLower();
            return;
        }
        tree.makeOpaque(tree.directory(parent).path());
    }
}
