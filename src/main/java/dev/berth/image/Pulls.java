package dev.berth.image;

import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import dev.berth.registry.Cancellation;
import dev.berth.registry.RegistryException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * The pulls that run. Two that want the same image share one; it ends when the last of those who wait for it goes away.
 * Thread-safe.
 */
public final class Pulls {
    private final Pull pull;
    private final ExecutorService threads;
    private final BiConsumer<Reference, StoredImage> pulled;
    private final Map<Key, Running> running = new LinkedHashMap<>();
    private final AtomicLong ids = new AtomicLong();

    /**
     * @param threads one for each pull
     * @param pulled hears of each image that has come, and of the name that was asked for
     */
    public Pulls(Pull pull, ExecutorService threads, BiConsumer<Reference, StoredImage> pulled) {
        this.pull = pull;
        this.threads = threads;
        this.pulled = pulled;
    }

    private record Key(Reference reference, Platform platform, PullPolicy policy) {}

    /** A pull that runs, as a list shows it. */
    public record View(String id, Reference reference, Platform platform, Instant started, List<PullProgress> layers) {}

    /** One who waits for a pull. Closing it gives the pull up, when nobody else waits. */
    public interface Waiting extends AutoCloseable {
        /** The pull's, as {@link #list} shows it and {@link #cancel} takes it. */
        String id();

        /** @throws RuntimeException why the pull failed: an {@link ImageException} for the most part */
        StoredImage await() throws InterruptedException;

        @Override
        void close();
    }

    /** Starts a pull, or joins the one that runs; the listener first hears where each layer is. */
    public Waiting start(Reference reference, Platform platform, PullPolicy policy, PullListener listener) {
        Key key = new Key(reference, platform, policy);
        synchronized (running) {
            Running existing = running.get(key);
            if (existing != null && !existing.cancellation.isCancelled()) {
                return existing.join(listener);
            }
            Running fresh = new Running("p" + ids.incrementAndGet(), key);
            Waiting waiting = fresh.join(listener);
            running.put(key, fresh);
            threads.execute(fresh);
            return waiting;
        }
    }

    public List<View> list() {
        synchronized (running) {
            return running.values().stream().map(Running::view).toList();
        }
    }

    /** @return false when there is no such pull */
    public boolean cancel(String id) {
        synchronized (running) {
            for (Running one : running.values()) {
                if (one.id.equals(id)) {
                    one.cancellation.cancel();
                    return true;
                }
            }
            return false;
        }
    }

    private final class Running implements Runnable, PullListener {
        private final String id;
        private final Key key;
        private final Instant started = Instant.now();
        private final Cancellation cancellation = new Cancellation();
        private final CompletableFuture<StoredImage> result = new CompletableFuture<>();
        private final Map<Object, PullProgress> last = new LinkedHashMap<>();
        private final List<PullListener> listeners = new ArrayList<>();

        Running(String id, Key key) {
            this.id = id;
            this.key = key;
        }

        @Override
        public void run() {
            try {
                StoredImage image = image();
                end();
                result.complete(image);
            } catch (Throwable failure) {
                end();
                result.completeExceptionally(failure);
            }
        }

        /** One that is here already has not come. */
        private StoredImage image() throws InterruptedException {
            Optional<StoredImage> here = pull.here(key.reference(), key.platform(), key.policy());
            if (here.isPresent()) {
                return here.get();
            }
            StoredImage image = pull.pull(key.reference(), key.platform(), key.policy(), this, cancellation);
            pulled.accept(key.reference(), image);
            return image;
        }

        private void end() {
            synchronized (running) {
                running.remove(key, this);
            }
        }

        @Override
        public synchronized void progress(PullProgress progress) {
            last.put(progress.layer(), progress);
            listeners.forEach(listener -> listener.progress(progress));
        }

        synchronized View view() {
            return new View(id, key.reference(), key.platform(), started, List.copyOf(last.values()));
        }

        synchronized Waiting join(PullListener listener) {
            last.values().forEach(listener::progress);
            listeners.add(listener);
            return new Waiting() {
                @Override
                public String id() {
                    return id;
                }

                @Override
                public StoredImage await() throws InterruptedException {
                    try {
                        return result.get();
                    } catch (ExecutionException failure) {
                        Throwable cause = failure.getCause();
                        if (cause instanceof RegistryException refused) {
                            throw new ImageException.NotFetched(refused);
                        }
                        throw cause instanceof RuntimeException known ? known : new CompletionException(cause);
                    }
                }

                @Override
                public void close() {
                    leave(listener);
                }
            };
        }

        private synchronized void leave(PullListener listener) {
            if (listeners.remove(listener) && listeners.isEmpty()) {
                cancellation.cancel();
            }
        }
    }
}
