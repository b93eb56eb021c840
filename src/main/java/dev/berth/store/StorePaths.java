package dev.berth.store;

import dev.berth.oci.Digest;
import java.nio.file.Path;

/**
 * Every path of the store's part of the data directory: an OCI image layout, with what Berth needs beside it.
 *
 * <p>{@code tmp}, {@code partial} and {@code trash} are on the same file system as {@code blobs}, so that a rename is all it takes
 * to publish or to retire something.
 */
public record StorePaths(Path root) {
    public StorePaths {
        root = root.toAbsolutePath().normalize();
    }

    public Path lock() {
        return root.resolve("lock");
    }

    public Path layoutMarker() {
        return root.resolve("oci-layout");
    }

    public Path index() {
        return root.resolve("index.json");
    }

    public Path blobs() {
        return root.resolve("blobs");
    }

    public Path blobs(String algorithm) {
        return blobs().resolve(algorithm);
    }

    public Path blob(Digest digest) {
        return blobs(digest.algorithm()).resolve(digest.hex());
    }

    /** Bytes of downloads that did not end yet, one file per digest. */
    public Path partials() {
        return root.resolve("partial");
    }

    public Path partial(Digest digest) {
        return partials().resolve(digest.algorithm() + "-" + digest.hex());
    }

    public Path temporary() {
        return root.resolve("tmp");
    }

    public Path trash() {
        return root.resolve("trash");
    }
}
