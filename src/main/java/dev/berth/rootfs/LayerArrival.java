package dev.berth.rootfs;

import dev.berth.oci.Descriptor;

/** Waits for the blob of a layer. */
@FunctionalInterface
public interface LayerArrival {
    /** Everything is in the store. */
    LayerArrival HERE = layer -> {};

    /** Returns when the blob is in the store; throws what kept it from coming. Called once for each layer, from the lowest up. */
    void await(Descriptor layer) throws InterruptedException;
}
