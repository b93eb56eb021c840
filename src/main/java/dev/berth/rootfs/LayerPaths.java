package dev.berth.rootfs;

import dev.berth.oci.ChainId;
import dev.berth.oci.DiffId;
import java.nio.file.Path;

/** Every path of unpacked layers and of containers' root file systems in the data directory. */
record LayerPaths(Path root) {
    static final String DIFF = "diff-";
    static final String CHAIN = "chain-";

    Path layers() {
        return root.resolve("layers");
    }

    /** An empty directory, for mounts of a moment. */
    Path anchor() {
        return root.resolve("mount");
    }

    Path layer(String name) {
        return layers().resolve(name);
    }

    Path tree(String name) {
        return layer(name).resolve("fs");
    }

    Path record(String name) {
        return layer(name).resolve("layer.json");
    }

    /** A layer whose tree is the same whatever lies below. */
    static String name(DiffId id) {
        return DIFF + id.digest().hex();
    }

    /** A layer whose tree is settled for the layers below it. */
    static String name(ChainId id) {
        return CHAIN + id.digest().hex();
    }

    Path containers() {
        return root.resolve("containers");
    }

    Path container(String id) {
        return containers().resolve(id);
    }

    /** Which layers the container's root stands on. */
    Path stack(String id) {
        return container(id).resolve("rootfs.json");
    }

    Path upper(String id) {
        return container(id).resolve("upper");
    }

    Path work(String id) {
        return container(id).resolve("work");
    }
}
