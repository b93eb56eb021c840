package dev.berth.registry;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.ImageConfig;
import dev.berth.oci.Manifest;
import dev.berth.oci.Reference;

/**
 * An image that was found: everything but its layers.
 *
 * @param top digest of what the reference points to: the manifest, or the index that led to it
 */
public record Resolved(Reference reference, Digest top, Manifest manifest, ImageConfig config) {

    public Descriptor descriptor() {
        return manifest.descriptor().withPlatform(config.platform());
    }
}
