package dev.berth.image;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.Manifest;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import dev.berth.registry.BlobSink;
import dev.berth.registry.Cancellation;
import dev.berth.registry.Registry;
import dev.berth.registry.RegistryException;
import dev.berth.registry.Resolved;
import dev.berth.rootfs.Layers;
import dev.berth.store.DataDirectory;
import dev.berth.store.Ingest;
import dev.berth.store.Lease;
import dev.berth.store.StoreException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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
     * @throws RegistryException when the registry, the network or the image is at fault
     * @throws ImageException.NotFound with {@link PullPolicy#NEVER}, when it is not here
     */
    public StoredImage pull(
            Reference reference, Platform platform, PullPolicy policy, PullListener listener, Cancellation cancellation)
            throws InterruptedException {
        Optional<StoredImage> here = images.find(reference)
                .filter(image -> platform.accepts(image.config().platform()));
        if (policy != PullPolicy.ALWAYS && here.isPresent()) {
            return here.get();
        }
        if (policy == PullPolicy.NEVER) {
            throw new ImageException.NotFound(reference.familiar());
        }
        Resolved found = registry.resolve(reference, platform, cancellation);
        Manifest manifest = found.manifest();
        try (Lease lease = data.blobs().lease()) {
            lease.add(manifest.digest());
            lease.add(manifest.config().digest());
            lease.add(manifest.layers().stream().map(Descriptor::digest).toList());
            fetchAndUnpack(found, new Progress(listener, manifest), cancellation);
            data.references().put(reference, found.descriptor());
        }
        return images.find(reference).orElseThrow(() -> new ImageException.NotFound(reference.familiar()));
    }

    private void fetchAndUnpack(Resolved found, Progress progress, Cancellation cancellation)
            throws InterruptedException {
        Manifest manifest = found.manifest();
        progress.begin();
        data.blobs().put(manifest.config(), found.config().bytes());
        fetch(found.reference(), manifest.layers(), progress, cancellation);
        cancellation.check();
        unpack(found, progress, cancellation);
        data.blobs().put(manifest.descriptor(), manifest.bytes());
    }

    /** Unpacking listens to interruption, and only to that. */
    private void unpack(Resolved found, Progress progress, Cancellation cancellation) throws InterruptedException {
        Thread here = Thread.currentThread();
        try (AutoCloseable link = cancellation.whenCancelled(here::interrupt)) {
            layers.unpack(found.manifest().layers(), found.config().diffIds(), progress::unpacked);
        } catch (InterruptedException e) {
            cancellation.check();
            throw e;
        } catch (RuntimeException e) {
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

    /** All layers side by side; the first failure ends the others. A blob that a manifest names twice is fetched once. */
    private void fetch(Reference reference, List<Descriptor> layers, Progress progress, Cancellation cancellation)
            throws InterruptedException {
        Map<Digest, Descriptor> distinct = new LinkedHashMap<>();
        layers.forEach(layer -> distinct.putIfAbsent(layer.digest(), layer));
        Cancellation together = new Cancellation();
        List<Future<?>> running = new ArrayList<>();
        try (AutoCloseable link = cancellation.whenCancelled(together::cancel)) {
            for (Descriptor layer : distinct.values()) {
                running.add(workers.submit(() -> {
                    fetch(reference, layer, progress, together);
                    return null;
                }));
            }
            await(running);
        } catch (InterruptedException | RuntimeException e) {
            together.cancel();
            settle(running);
            cancellation.check();
            throw e;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void fetch(Reference reference, Descriptor layer, Progress progress, Cancellation cancellation)
            throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try (Ingest ingest = data.blobs().begin(layer)) {
                if (ingest.complete()) {
                    progress.cached(layer);
                    return;
                }
                progress.fetched(layer, ingest.offset());
                registry.fetchBlob(reference, layer, new IngestSink(ingest, layer, progress), cancellation);
                return;
            } catch (StoreException.Mismatch wrong) {
                if (!wrong.resumed() || attempt == ATTEMPTS) {
                    throw new ImageException.Unusable(reference, wrong);
                }
            }
        }
    }

    /** Rethrows the first failure that happens, whichever layer's it is. */
    private static void await(List<Future<?>> running) throws InterruptedException {
        List<Future<?>> left = new ArrayList<>(running);
        while (!left.isEmpty()) {
            for (Future<?> future : List.copyOf(left)) {
                try {
                    future.get(50, TimeUnit.MILLISECONDS);
                    left.remove(future);
                } catch (TimeoutException stillRunning) {
                    continue;
                } catch (ExecutionException failure) {
                    throw rethrown(failure.getCause());
                }
            }
        }
    }

    private static void settle(List<Future<?>> running) {
        for (Future<?> future : running) {
            try {
                future.get();
            } catch (ExecutionException | InterruptedException known) {
                // The failure that counts is on its way up; this waits only until nothing writes any more.
                continue;
            }
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException runtime ? runtime : new CompletionException(cause);
    }

    /** Brings a registry's bytes to the store. */
    private record IngestSink(Ingest ingest, Descriptor layer, Progress progress) implements BlobSink {
        @Override
        public long offset() {
            return ingest.offset();
        }

        @Override
        public void restart() {
            ingest.restart();
            progress.fetched(layer, 0);
        }

        @Override
        public void write(ByteBuffer bytes) {
            ingest.write(bytes);
            progress.fetched(layer, ingest.offset());
        }

        @Override
        public void complete() {
            progress.verifying(layer);
            ingest.commit();
        }
    }

    /** Turns what happens into progress, at most some twenty a second for each layer. */
    private static final class Progress {
        private static final long PAUSE_NANOS = 50_000_000;

        private final PullListener listener;
        private final Manifest manifest;
        private final Map<Digest, Told> told = new HashMap<>();

        private record Told(PullProgress.Status status, long nanos) {}

        private final Set<Digest> cached = new HashSet<>();
        private final Set<Digest> finished = new HashSet<>();

        Progress(PullListener listener, Manifest manifest) {
            this.listener = listener;
            this.manifest = manifest;
        }

        void begin() {
            manifest.layers().forEach(layer -> tell(layer, PullProgress.Status.WAITING, 0));
        }

        synchronized void cached(Descriptor layer) {
            cached.add(layer.digest());
        }

        synchronized void fetched(Descriptor layer, long bytes) {
            if (due(layer, PullProgress.Status.DOWNLOADING) || bytes == layer.size()) {
                tell(layer, PullProgress.Status.DOWNLOADING, bytes);
            }
        }

        synchronized void verifying(Descriptor layer) {
            tell(layer, PullProgress.Status.VERIFYING, layer.size());
        }

        synchronized void unpacked(Descriptor layer, long bytes, long total) {
            if (bytes >= total && finished.add(layer.digest())) {
                boolean before = cached.contains(layer.digest());
                tell(layer, before ? PullProgress.Status.CACHED : PullProgress.Status.DONE, total);
            } else if (bytes < total && due(layer, PullProgress.Status.UNPACKING)) {
                tell(layer, PullProgress.Status.UNPACKING, bytes);
            }
        }

        /** A new status is told at once, more of the same not too often. */
        private boolean due(Descriptor layer, PullProgress.Status status) {
            Told last = told.get(layer.digest());
            return last == null || last.status() != status || System.nanoTime() - last.nanos() > PAUSE_NANOS;
        }

        private synchronized void tell(Descriptor layer, PullProgress.Status status, long bytes) {
            told.put(layer.digest(), new Told(status, System.nanoTime()));
            listener.progress(new PullProgress(layer.digest(), status, bytes, layer.size()));
        }
    }
}
