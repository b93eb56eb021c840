package dev.berth.rootfs;

import dev.berth.linux.Fd;
import dev.berth.linux.Syscalls;
import dev.berth.store.DataDirectory;
import java.util.List;

/** The root file systems of containers: {@code containers/<id>/upper} and {@code work} over unpacked layers. */
public final class Snapshots {
    public Snapshots(DataDirectory data, Syscalls calls) {}

    /** Makes the writable directories of a container. A second call with the same layers does nothing. */
    public void prepare(String container, List<LayerDirectory> layers) {
        throw new UnsupportedOperationException();
    }

    /** Mounts a prepared container's root, attached to nothing: whoever closes the descriptor last unmounts it. */
    public Fd mount(String container) {
        throw new UnsupportedOperationException();
    }

    /** Removes the writable directories; the bytes go in the background. A second call does nothing. */
    public void remove(String container) {
        throw new UnsupportedOperationException();
    }
}
