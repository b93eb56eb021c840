package dev.berth.rootfs;

import dev.berth.linux.Syscalls;
import dev.berth.oci.Descriptor;
import dev.berth.oci.DiffId;
import dev.berth.store.DataDirectory;
import java.util.List;

/** Unpacked layers, {@code layers/…} of the data directory. */
public final class Layers {
    public Layers(DataDirectory data, Syscalls calls) {}

    /**
     * Makes the layers of an image ready to be mounted; quick when they are. Blobs must be in the store. Two callers share one
     * unpacking.
     *
     * @param layers from the lowest up
     * @param diffIds of the same layers
     * @return the unpacked layers from the lowest up
     * @throws RootfsException with a sentence, when a layer is refused; nothing of it is left
     */
    public List<LayerDirectory> unpack(List<Descriptor> layers, List<DiffId> diffIds, LayerProgress progress)
            throws InterruptedException {
        throw new UnsupportedOperationException();
    }
}
