package dev.berth.image;

import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * Pulls that nobody has to wait for: they run in the service, and whoever wants looks on. How each ended stays known for a while, so that
 * one who looks late hears it too. Thread-safe; listeners must be quick.
 */
public final class PullBoard {
    private static final int KEPT = 50;

    private final Pulls pulls;
    private final ExecutorService threads;
    private final Map<String, Posted> posted = new LinkedHashMap<>();

    /** @param threads one for each pull that runs */
    public PullBoard(Pulls pulls, ExecutorService threads) {
        this.pulls = pulls;
        this.threads = threads;
    }

    /** Who looks on. */
    public interface Onlooker {
        /** First of all: how far each layer is. */
        void begins(List<PullProgress> layers);

        void progress(PullProgress progress);

        /** The last call. @param reference the name that was asked for */
        void done(Reference reference, StoredImage image);

        /** The last call. */
        void failed(RuntimeException why);
    }

    /** Starts a pull; one of the same image that runs is joined. @return its id */
    public String start(Reference reference, Platform platform, PullPolicy policy) {
        Posted entry = new Posted(reference);
        Pulls.Waiting waiting = pulls.start(reference, platform, policy, entry);
        synchronized (posted) {
            Posted same = posted.get(waiting.id());
            if (same != null && !same.isOver()) {
                waiting.close();
                return waiting.id();
            }
            posted.put(waiting.id(), entry);
            if (posted.size() > KEPT) {
                posted.remove(posted.keySet().iterator().next());
            }
        }
        threads.execute(() -> entry.await(waiting));
        return waiting.id();
    }

    /** Looks on until closed. Empty when there is no such pull, or it ended long ago. */
    public Optional<AutoCloseable> watch(String id, Onlooker onlooker) {
        Posted entry;
        synchronized (posted) {
            entry = posted.get(id);
        }
        return Optional.ofNullable(entry).map(found -> found.watch(onlooker));
    }

    /** One pull and those who look on. */
    private static final class Posted implements PullListener {
        private final Reference reference;
        private final Map<Object, PullProgress> last = new LinkedHashMap<>();
        private final List<Onlooker> onlookers = new ArrayList<>();
        private StoredImage image;
        private RuntimeException failure;

        private Posted(Reference reference) {
            this.reference = reference;
        }

        private synchronized boolean isOver() {
            return image != null || failure != null;
        }

        private void await(Pulls.Waiting waiting) {
            try (waiting) {
                StoredImage pulled = waiting.await();
                synchronized (this) {
                    image = pulled;
                    onlookers.forEach(onlooker -> onlooker.done(reference, pulled));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                fail(new IllegalStateException("the pull of " + reference.familiar() + " was interrupted"));
            } catch (RuntimeException e) {
                fail(e);
            }
        }

        private synchronized void fail(RuntimeException why) {
            failure = why;
            onlookers.forEach(onlooker -> onlooker.failed(why));
        }

        @Override
        public synchronized void progress(PullProgress progress) {
            last.put(progress.layer(), progress);
            onlookers.forEach(onlooker -> onlooker.progress(progress));
        }

        private synchronized AutoCloseable watch(Onlooker onlooker) {
            onlooker.begins(List.copyOf(last.values()));
            if (image != null) {
                onlooker.done(reference, image);
            } else if (failure != null) {
                onlooker.failed(failure);
            } else {
                onlookers.add(onlooker);
            }
            return () -> {
                synchronized (this) {
                    onlookers.remove(onlooker);
                }
            };
        }
    }
}
