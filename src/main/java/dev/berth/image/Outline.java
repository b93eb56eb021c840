package dev.berth.image;

import dev.berth.oci.Descriptor;
import dev.berth.oci.DiffId;
import dev.berth.oci.Digest;
import dev.berth.oci.ImageConfig;
import dev.berth.oci.Manifest;
import dev.berth.oci.Platform;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The small part of an image's documents that lists, and the collection of garbage, ask of every image.
 *
 * @param id the digest of the configuration
 * @param diffIds of the layers from the lowest up
 * @param blobSizes of the same layers, as transferred
 */
record Outline(Digest id, Platform platform, Optional<Instant> created, List<DiffId> diffIds, List<Long> blobSizes) {
    private static final int BYTES_OF_A_LAYER = 256;

    static Outline of(Manifest manifest, ImageConfig config) {
        return new Outline(
                manifest.config().digest(),
                config.platform(),
                config.created(),
                config.diffIds(),
                manifest.layers().stream().map(Descriptor::size).toList());
    }

    /** About how much memory it takes. */
    int bytes() {
        return BYTES_OF_A_LAYER * (1 + Math.max(diffIds.size(), blobSizes.size()))
                + platform.toString().length();
    }
}
