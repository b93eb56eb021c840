package dev.berth.store;

import dev.berth.oci.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Frees blobs that nothing needs. Needed is what can be reached from {@code index.json}, from the manifests of containers, from {@link
 * Lease}s and running ingests. A blob that was never part of an image stays for a grace period: it is what an interrupted pull
 * fetched, and the next attempt wants it.
 */
public final class GarbageCollector {
    /** How long bytes of an interrupted pull wait for the next attempt. */
    public static final Duration GRACE = Duration.ofDays(1);

    private final ContentStore store;
    private final References references;

    GarbageCollector(ContentStore store, References references) {
        this.store = store;
        this.references = references;
    }

    /** @param bytes freed on the disk, as soon as the trash is empty */
    public record Collected(List<Digest> blobs, long bytes) {}

    /** What a set of manifests keeps alive. */
    public Set<Digest> reachableFrom(Collection<Digest> manifests) {
        return Reachable.from(manifests, store).keySet();
    }

    /**
     * Removes what is not needed. The names vanish at once, the bytes in the background.
     *
     * @param held manifests of containers
     * @param candidates blobs of images just removed: no grace for them
     * @param grace of everything else
     */
    public Collected collect(Collection<Digest> held, Set<Digest> candidates, Duration grace) {
        store.gate().lock();
        try {
            Set<Digest> needed = needed(held);
            Instant youngest = Instant.now().minus(grace);
            List<Digest> removed = new ArrayList<>();
            long bytes = 0;
            for (Digest blob : all()) {
                if (!needed.contains(blob)
                        && (candidates.contains(blob) || isOlder(store.paths().blob(blob), youngest))) {
                    bytes += store.discard(blob);
                    removed.add(blob);
                }
            }
            return new Collected(List.copyOf(removed), bytes + partials(youngest));
        } catch (IOException failure) {
            throw StoreException.of("collect garbage", failure);
        } finally {
            store.gate().unlock();
        }
    }

    private Set<Digest> needed(Collection<Digest> held) {
        Set<Digest> roots = new HashSet<>(references.roots());
        roots.addAll(held);
        Set<Digest> needed = new HashSet<>(reachableFrom(roots));
        // Unread: a pull names all it needs, and a layer is anybody's bytes, no document.
        needed.addAll(store.held());
        return needed;
    }

    private long partials(Instant youngest) throws IOException {
        long bytes = 0;
        Set<Path> running = new HashSet<>();
        store.held().forEach(digest -> running.add(store.paths().partial(digest)));
        try (DirectoryStream<Path> partials =
                Files.newDirectoryStream(store.paths().partials())) {
            for (Path partial : partials) {
                if (!running.contains(partial) && isOlder(partial, youngest)) {
                    bytes += Files.size(partial);
                    Files.delete(partial);
                }
            }
        }
        return bytes;
    }

    /** Every blob on the disk; names that are no digest are not ours to touch. */
    List<Digest> all() throws IOException {
        List<Digest> all = new ArrayList<>();
        for (String algorithm : List.of(Digest.SHA256, Digest.SHA512)) {
            Path directory = store.paths().blobs(algorithm);
            if (!Files.isDirectory(directory)) {
                continue;
            }
            try (DirectoryStream<Path> blobs = Files.newDirectoryStream(directory)) {
                for (Path blob : blobs) {
                    digest(algorithm, blob).ifPresent(all::add);
                }
            }
        }
        return all;
    }

    static Optional<Digest> digest(String algorithm, Path blob) {
        try {
            return Optional.of(new Digest(algorithm, blob.getFileName().toString()));
        } catch (dev.berth.oci.OciException foreign) {
            return Optional.empty();
        }
    }

    private static boolean isOlder(Path file, Instant time) throws IOException {
        return Files.getLastModifiedTime(file).toInstant().isBefore(time);
    }
}
