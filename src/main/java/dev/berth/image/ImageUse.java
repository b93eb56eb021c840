package dev.berth.image;

import dev.berth.oci.Digest;

/**
 * A container's hold on an image.
 *
 * @param container id
 * @param manifest digest of the image's manifest
 */
public record ImageUse(String container, Digest manifest) {}
