package dev.berth.image;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.ImageConfig;
import dev.berth.oci.Manifest;
import dev.berth.oci.Reference;
import java.util.List;

/**
 * An image of the store: all that a container needs to know of it.
 *
 * @param descriptor of the manifest; its digest is what a container records, to hold the image
 * @param references every name it has; none for an image whose name moved on
 */
public record StoredImage(Descriptor descriptor, Manifest manifest, ImageConfig config, List<Reference> references) {
    /** The image's id, as docker gives it: the digest of the configuration. */
    public Digest id() {
        return manifest.config().digest();
    }

    /** For sentences: a name, else the beginning of the id. */
    public String shown() {
        return references.isEmpty() ? id().abbreviated() : references.get(0).familiar();
    }
}
