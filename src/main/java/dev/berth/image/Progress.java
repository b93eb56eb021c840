package dev.berth.image;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.Manifest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Turns what happens to the layers of one pull into progress, at most some twenty a second for each layer. Thread-safe. */
final class Progress {
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
