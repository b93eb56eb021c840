package dev.berth.store;

import dev.berth.oci.Digest;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Digests that the garbage collector leaves alone until this is closed: these, and not what they refer to. */
public final class Lease implements AutoCloseable {
    private final ContentStore store;
    private final Set<Digest> digests = ConcurrentHashMap.newKeySet();

    Lease(ContentStore store) {
        this.store = store;
    }

    /** Waits for a running collection: afterwards {@link ContentStore#has} tells a lasting truth about these digests. */
    public void add(Collection<Digest> more) {
        store.gate().lock();
        try {
            digests.addAll(more);
        } finally {
            store.gate().unlock();
        }
    }

    public void add(Digest digest) {
        add(List.of(digest));
    }

    Set<Digest> digests() {
        return digests;
    }

    /** A second call does nothing. */
    @Override
    public void close() {
        store.end(this);
    }
}
