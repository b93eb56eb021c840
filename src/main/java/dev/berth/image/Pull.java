package dev.berth.image;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Manifest;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import dev.berth.registry.Cancellation;
import dev.berth.registry.Registry;
import dev.berth.registry.RegistryException;
import dev.berth.registry.Resolved;
import dev.berth.rootfs.Layers;
import dev.berth.rootfs.RootfsException;
import dev.berth.store.DataDirectory;
import dev.berth.store.Lease;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;

/**
 * Fetches an image: asks what its name means, brings what is missing into the store, unpacks the layers and records the
 * name last, so that a name never leads to an image that is not whole. What was fetched before a failure, a cancel or a
 * crash is kept and gone on with. Thread-safe; blocks its caller.
 */
public final class Pull {
    /** Wrong bytes that were joined to those of an earlier attempt are fetched once more from the start. */
    private static final int ATTEMPTS = 2;

    private final DataDirectory data;
    private final Registry registry;
    private final Layers layers;
    private final Images images;
    private final ExecutorService workers;

    /** @param workers one thread for each layer that is fetched; the registry's client says how many at once */
    public Pull(DataDirectory data, Registry registry, Layers layers, Images images, ExecutorService workers) {
        this.data = data;
        this.registry = registry;
        this.layers = layers;
        this.images = images;
        this.workers = workers;
    }

    /**
     * Makes the image be here.
     *
     * @return the image that the name means now
     * @throws RegistryException when the registry or the network is at fault
     * @throws ImageException.Unusable when the image is
     * @throws ImageException.NotFound with {@link PullPolicy#NEVER}, when it is not here
     */
    public StoredImage pull(
            Reference reference, Platform platform, PullPolicy policy, PullListener listener, Cancellation cancellation)
            throws InterruptedException {
        Optional<StoredImage> here = here(reference, platform, policy);
        if (here.isPresent()) {
            return here.get();
        }
        if (policy == PullPolicy.NEVER) {
            throw new ImageException.NotFound(reference.familiar());
        }
        Resolved found = registry.resolve(reference, platform, cancellation);
        Manifest manifest = found.manifest();
        check(found);
        try (Lease lease = data.blobs().lease()) {
            lease.add(manifest.digest());
            lease.add(manifest.config().digest());
            lease.add(manifest.layers().stream().map(Descriptor::digest).toList());
            fetchAndUnpack(found, new Progress(listener, manifest), cancellation);
            data.references().put(reference, found.descriptor());
        }
        return images.find(reference).orElseThrow(() -> new ImageException.NotFound(reference.familiar()));
    }

    /** The image that needs no registry to be asked. */
    Optional<StoredImage> here(Reference reference, Platform platform, PullPolicy policy) {
        if (policy == PullPolicy.ALWAYS) {
            return Optional.empty();
        }
        // The registry may have a better one than a last choice.
        Predicate<Platform> fits = policy == PullPolicy.NEVER ? platform::accepts : platform::means;
        return images.find(reference).filter(image -> fits.test(image.config().platform()));
    }

    /** Before anything is fetched. */
    private static void check(Resolved found) {
        try {
            Layers.check(found.manifest().layers(), found.config().diffIds());
        } catch (RootfsException.BadLayer bad) {
            throw new ImageException.Unusable(found.reference(), bad);
        }
    }

    private void fetchAndUnpack(Resolved found, Progress progress, Cancellation cancellation)
            throws InterruptedException {
        Manifest manifest = found.manifest();
        progress.begin();
        data.blobs().put(manifest.config(), found.config().bytes());
        try (Fetch fetch = new Fetch(data.blobs(), registry, found.reference(), progress, cancellation)) {
            fetch.begin(manifest.layers(), workers);
            unpack(found, fetch, progress, cancellation);
        }
        data.blobs().put(manifest.descriptor(), manifest.bytes());
    }

    /** Each layer as soon as it is here, while those above it still arrive. Unpacking listens to interruption, and only to that. */
    private void unpack(Resolved found, Fetch fetch, Progress progress, Cancellation cancellation)
            throws InterruptedException {
        Thread here = Thread.currentThread();
        try (AutoCloseable link = cancellation.whenCancelled(here::interrupt)) {
            layers.unpack(found.manifest().layers(), found.config().diffIds(), fetch::await, progress::unpacked);
        } catch (RootfsException.BadLayer bad) {
            cancellation.check();
            throw new ImageException.Unusable(found.reference(), bad);
        } catch (InterruptedException | RuntimeException e) {
            cancellation.check();
            throw e;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            if (cancellation.isCancelled()) {
                Thread.interrupted();
            }
        }
    }
}
