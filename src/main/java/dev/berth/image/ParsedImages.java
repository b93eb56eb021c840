package dev.berth.image;

import dev.berth.oci.Digest;
import dev.berth.oci.ImageConfig;
import dev.berth.oci.Manifest;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The documents of the images that were asked for last, by the manifest's digest, which never means another one. Bounded by bytes: a
 * manifest and a configuration may have 4 MiB each, and are several times as large when parsed. Thread-safe.
 */
final class ParsedImages {
    /** Of some 500 images as they usually are. */
    private static final long MOST_BYTES = 4 << 20;

    private final Map<Digest, Parsed> images = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** @param size bytes of both documents */
    record Parsed(Manifest manifest, ImageConfig config, long size) {}

    synchronized Optional<Parsed> get(Digest manifest) {
        return Optional.ofNullable(images.get(manifest));
    }

    /** Those that were not asked for the longest time make room; the last one stays, however large: it is about to be used. */
    synchronized void put(Digest manifest, Parsed image) {
        forget(manifest);
        images.put(manifest, image);
        bytes += image.size();
        Iterator<Parsed> eldest = images.values().iterator();
        while (bytes > MOST_BYTES && images.size() > 1) {
            bytes -= eldest.next().size();
            eldest.remove();
        }
    }

    synchronized void forget(Digest manifest) {
        Parsed gone = images.remove(manifest);
        bytes -= gone == null ? 0 : gone.size();
    }
}
