package dev.berth.rootfs;

import dev.berth.oci.Descriptor;

/** Hears how far the unpacking of an image is. Called by one thread at a time, not always the same; must be quick. */
public interface LayerProgress {
    LayerProgress NONE = (layer, bytes, total) -> {};

    /**
     * @param bytes of the layer's blob that are unpacked; equal to {@code total} when the layer is there, also when it was before
     * @param total the blob's size
     */
    void unpacked(Descriptor layer, long bytes, long total);
}
