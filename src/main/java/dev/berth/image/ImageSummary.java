package dev.berth.image;

import java.time.Instant;
import java.util.List;

/**
 * An image in a list, as API.md writes it.
 *
 * @param id digest of the configuration
 * @param digest of the manifest
 * @param created null when the image does not say
 * @param size bytes of the unpacked files; of the blobs, where a layer is not unpacked
 * @param sharedSize of the layers that other images here have too
 * @param layers how many
 * @param usedBy ids of containers
 */
public record ImageSummary(
        String id,
        List<String> references,
        String digest,
        String platform,
        Instant created,
        long size,
        long sharedSize,
        int layers,
        List<String> usedBy) {}
