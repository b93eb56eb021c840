package dev.berth.image;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.OciException;
import dev.berth.oci.Reference;
import dev.berth.registry.BlobSink;
import dev.berth.registry.Cancellation;
import dev.berth.registry.Registry;
import dev.berth.store.ContentStore;
import dev.berth.store.Ingest;
import dev.berth.store.StoreException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The layers of one pull on their way into the store, side by side. The first failure, whichever layer's it is, ends the others.
 * For one thread, which closes it: then nothing writes any more.
 */
final class Fetch implements AutoCloseable {
    private final ContentStore blobs;
    private final Registry registry;
    private final Reference reference;
    private final Progress progress;
    private final Cancellation together = new Cancellation();
    private final AutoCloseable link;
    /** A blob that a manifest names twice is fetched once. */
    private final Map<Digest, Future<?>> running = new LinkedHashMap<>();

    Fetch(ContentStore blobs, Registry registry, Reference reference, Progress progress, Cancellation cancellation) {
        this.blobs = blobs;
        this.registry = registry;
        this.reference = reference;
        this.progress = progress;
        this.link = cancellation.whenCancelled(together::cancel);
    }

    void begin(List<Descriptor> layers, ExecutorService workers) {
        for (Descriptor layer : layers) {
            running.computeIfAbsent(
                    layer.digest(),
                    digest -> workers.submit(() -> {
                        fetch(layer);
                        return null;
                    }));
        }
    }

    /** Returns when the layer is whole in the store; rethrows the first failure of any. */
    void await(Descriptor layer) throws InterruptedException {
        Future<?> wanted = running.get(layer.digest());
        boolean here;
        do {
            here = finished(wanted);
            for (Future<?> other : running.values()) {
                if (other.isDone()) {
                    finished(other);
                }
            }
        } while (!here);
    }

    private static boolean finished(Future<?> fetching) throws InterruptedException {
        try {
            fetching.get(50, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException stillRunning) {
            return false;
        } catch (ExecutionException failure) {
            throw rethrown(failure.getCause());
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException runtime ? runtime : new CompletionException(cause);
    }

    private void fetch(Descriptor layer) throws InterruptedException {
        try (Ingest ingest = blobs.begin(layer, together::check)) {
            if (ingest.complete()) {
                progress.cached(layer);
                return;
            }
            progress.fetched(layer, ingest.offset());
            registry.fetchBlob(reference, layer, new IngestSink(ingest, layer, progress), together);
        } catch (StoreException.Mismatch | OciException.Mismatch wrong) {
            throw new ImageException.Unusable(reference, wrong);
        }
    }

    /** Ends what still runs and waits for it. */
    @Override
    public void close() {
        together.cancel();
        boolean interrupted = Thread.interrupted();
        for (Future<?> fetching : running.values()) {
            interrupted |= settle(fetching);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            link.close();
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** @return whether this thread was interrupted meanwhile */
    private static boolean settle(Future<?> fetching) {
        boolean interrupted = false;
        while (true) {
            try {
                fetching.get();
                return interrupted;
            } catch (ExecutionException known) {
                // The failure that counts is on its way up already.
                return interrupted;
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
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
            try {
                ingest.commit();
            } catch (StoreException.Mismatch wrong) {
                // what the transfer has an answer to: another address, or once more from the start
                throw new OciException.Mismatch(wrong.getMessage());
            }
        }
    }
}
