package dev.berth.registry;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * A client of the distribution protocol, for all registries. Its methods block: call them from plain threads, never from
 * one of Vert.x. Failures are {@link RegistryException}; content that is not what it claims to be is
 * {@link dev.berth.oci.OciException.Mismatch}. Thread-safe.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md">the specification</a>
 */
public final class Registry implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 200;

    private final Transport transport;
    private final Caller caller;
    private final Semaphore blobs;

    /** Without a proxy. */
    public Registry(Vertx vertx, CredentialFiles credentials, Limits limits) {
        this(vertx, credentials, limits, Proxies.NONE);
    }

    public Registry(Vertx vertx, CredentialFiles credentials, Limits limits, Proxies proxies) {
        this(vertx, credentials, limits, proxies, new HttpClientOptions());
    }

    /** @param options whom to trust; timeouts and pools are set here */
    Registry(Vertx vertx, CredentialFiles credentials, Limits limits, Proxies proxies, HttpClientOptions options) {
        this.transport = new Transport(vertx, limits, proxies, options);
        Backoff backoff = new Backoff(limits, RandomGenerator.getDefault(), Clock.systemUTC());
        this.caller = new Caller(transport, credentials, backoff, limits);
        this.blobs = new Semaphore(limits.blobsAtOnce(), true);
    }

    /** Finds the image's manifest and configuration for a platform; fetches no layer. */
    public Resolved resolve(Reference reference, Platform platform, Cancellation cancellation) {
        return new Resolver(caller, cancellation).resolve(reference, platform);
    }

    /** What the reference points to now, without fetching it; empty when the registry does not say. */
    public Optional<Digest> head(Reference reference, Cancellation cancellation) {
        return new Resolver(caller, cancellation).head(reference);
    }

    /**
     * Brings a blob into the sink, continuing where the sink stands, and returns when the sink has found its digest
     * right. At most {@link Limits#blobsAtOnce} run at once: others wait here.
     */
    public void fetchBlob(Reference reference, Descriptor blob, BlobSink sink, Cancellation cancellation) {
        acquire(cancellation);
        try {
            new BlobFetch(caller, Repository.of(reference), cancellation).fetch(blob, sink);
        } finally {
            blobs.release();
        }
    }

    /** Whether a registry answers there, by its own name for itself. @throws RegistryException.Unreachable if not */
    public void ping(String domain, Cancellation cancellation) {
        caller.callPlainly(new PingCall(Origin.ofDomain(domain)), cancellation);
    }

    private void acquire(Cancellation cancellation) {
        try {
            do {
                cancellation.check();
            } while (!blobs.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException.Cancelled();
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
