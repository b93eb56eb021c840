package dev.berth.store;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Blobs by digest, in {@code blobs/<algorithm>/<hex>} of the data directory. A blob is there whole or not at all: it appears by a
 * rename, after its size and digest were checked and its bytes were written to the disk. Thread-safe.
 */
public final class ContentStore {
    private static final int BUFFER = 256 * 1024;
    private static final long LOOK_UP_MILLIS = 100;

    private final StorePaths paths;
    private final Trash trash;
    private final ReentrantLock gate = new ReentrantLock();
    private final Condition ingestEnded = gate.newCondition();
    private final Set<Digest> ingests = new HashSet<>();
    private final Set<Lease> leases = ConcurrentHashMap.newKeySet();

    ContentStore(StorePaths paths, Trash trash) {
        this.paths = paths;
        this.trash = trash;
    }

    public boolean has(Digest digest) {
        return Files.isRegularFile(paths.blob(digest));
    }

    /** @throws StoreException.Missing when the blob is not there */
    public long size(Digest digest) {
        try {
            return Files.size(paths.blob(digest));
        } catch (IOException failure) {
            throw reading(digest, failure);
        }
    }

    /**
     * The bytes of a blob; they stay readable when the blob is removed meanwhile. They are not digested again here.
     *
     * @throws StoreException.Missing when the blob is not there
     */
    public InputStream read(Digest digest) {
        try {
            return Files.newInputStream(paths.blob(digest));
        } catch (IOException failure) {
            throw reading(digest, failure);
        }
    }

    /**
     * A small blob as a whole: a manifest or a configuration.
     *
     * @throws StoreException.TooLarge when it has more than {@code limit} bytes
     */
    public byte[] readSmall(Digest digest, int limit) {
        try (InputStream in = read(digest)) {
            byte[] bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new StoreException.TooLarge(digest, size(digest), limit);
            }
            return bytes;
        } catch (IOException failure) {
            throw reading(digest, failure);
        }
    }

    /** Whether the stored bytes have the digest that names them; reads all of them. */
    boolean isIntact(Digest digest) {
        MessageDigest hash = digest.messageDigest();
        try (InputStream in = read(digest)) {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                hash.update(buffer, 0, count);
            }
        } catch (IOException failure) {
            throw reading(digest, failure);
        }
        return Digest.ofHash(digest.algorithm(), hash.digest()).equals(digest);
    }

    /**
     * Begins to receive a blob, or goes on where an earlier attempt was cut: the bytes already on disk are digested again, and {@link
     * Ingest#offset()} says how many there are. One at a time receives the same digest: a second caller waits for the first, and
     * finds the blob complete.
     *
     * @param whileWaiting asked some times a second while another receives the blob; what it throws ends the waiting
     * @throws StoreException.Mismatch when the blob is there and has another size than the descriptor says
     */
    public Ingest begin(Descriptor descriptor, Runnable whileWaiting) throws InterruptedException {
        Digest digest = descriptor.digest();
        gate.lockInterruptibly();
        try {
            while (ingests.contains(digest)) {
                ingestEnded.await(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
                whileWaiting.run();
            }
            ingests.add(digest);
        } finally {
            gate.unlock();
        }
        try {
            return new Ingest(this, descriptor);
        } catch (IOException failure) {
            ended(digest);
            throw StoreException.of("write blob " + digest, failure);
        } catch (RuntimeException failure) {
            ended(digest);
            throw failure;
        }
    }

    /** As {@link #begin(Descriptor, Runnable)}, for one who waits as long as it takes. */
    public Ingest begin(Descriptor descriptor) throws InterruptedException {
        return begin(descriptor, () -> {});
    }

    /** Stores a small blob whose bytes are at hand, checked like any other. A second call mends what has been damaged since the first. */
    public void put(Descriptor descriptor, byte[] content) throws InterruptedException {
        if (has(descriptor.digest()) && !isIntact(descriptor.digest())) {
            discard(descriptor.digest());
        }
        try (Ingest ingest = begin(descriptor)) {
            if (!ingest.complete()) {
                ingest.restart();
                ingest.write(java.nio.ByteBuffer.wrap(content));
            }
            ingest.commit();
        }
    }

    /**
     * Keeps digests from the garbage collector while nothing in the index refers to them yet. A pull takes one, adds everything it will
     * need <em>before</em> it asks {@link #has}, and closes it after its reference is written.
     */
    public Lease lease() {
        Lease lease = new Lease(this);
        leases.add(lease);
        return lease;
    }

    void end(Lease lease) {
        leases.remove(lease);
    }

    void ended(Digest digest) {
        gate.lock();
        try {
            ingests.remove(digest);
            ingestEnded.signalAll();
        } finally {
            gate.unlock();
        }
    }

    /** Held while the collector marks and renames, and while anything becomes reachable. */
    ReentrantLock gate() {
        return gate;
    }

    /** What leases and running ingests hold; call it with the gate held. */
    Set<Digest> held() {
        Set<Digest> held = new HashSet<>(ingests);
        leases.forEach(lease -> held.addAll(lease.digests()));
        return held;
    }

    /** @return bytes that are freed; 0 when it was not there */
    long discard(Digest digest) {
        Path blob = paths.blob(digest);
        try {
            long size = Files.size(blob);
            return trash.discard(blob) ? size : 0;
        } catch (NoSuchFileException gone) {
            return 0;
        } catch (IOException failure) {
            throw StoreException.of("delete blob " + digest, failure);
        }
    }

    StorePaths paths() {
        return paths;
    }

    private static StoreException reading(Digest digest, IOException failure) {
        return failure instanceof NoSuchFileException
                ? new StoreException.Missing(digest)
                : StoreException.of("read blob " + digest, failure);
    }
}
