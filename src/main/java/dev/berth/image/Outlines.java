package dev.berth.image;

import dev.berth.oci.Digest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The outlines of the images that were read, by the manifest's digest, so that asking all images does not read all their documents each
 * time. Bounded by bytes. When it is full, what is there stays: who asks all images one after the other would find none of them, did the
 * last ones displace the first. Thread-safe.
 */
final class Outlines {
    /** Of some 1500 images as they usually are. */
    private static final int MOST_BYTES = 4 << 20;
    /** Of an image with more than a hundred layers: few such must not take the room of all others. */
    private static final int LARGEST = 32 << 10;

    private final Map<Digest, Outline> images = new HashMap<>();
    private int bytes;

    synchronized Optional<Outline> get(Digest manifest) {
        return Optional.ofNullable(images.get(manifest));
    }

    synchronized void put(Digest manifest, Outline image) {
        forget(manifest);
        if (image.bytes() <= LARGEST && bytes + image.bytes() <= MOST_BYTES) {
            images.put(manifest, image);
            bytes += image.bytes();
        }
    }

    synchronized void forget(Digest manifest) {
        Outline gone = images.remove(manifest);
        bytes -= gone == null ? 0 : gone.bytes();
    }
}
