package dev.berth.registry;

import dev.berth.oci.Descriptor;
import dev.berth.oci.OciException;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/** Brings one blob into a sink, from its registry or, for a foreign layer, from where its descriptor points. */
final class BlobFetch {

    private final Caller caller;
    private final Repository repository;
    private final Cancellation cancellation;

    BlobFetch(Caller caller, Repository repository, Cancellation cancellation) {
        this.caller = caller;
        this.repository = repository;
        this.cancellation = cancellation;
    }

    /** Returns when the sink has all bytes and found their digest right. */
    void fetch(Descriptor blob, BlobSink sink) {
        if (sink.offset() > blob.size()) {
            sink.restart();
        }
        for (URI elsewhere : addresses(blob)) {
            if (comesFrom(elsewhere, blob, sink)) {
                return;
            }
        }
        URI home = repository.origin().resolve(repository.path("blobs/" + blob.digest()));
        bring(blob, sink, () -> caller.call(repository, call(home, blob, sink), cancellation));
    }

    /** Whether an address had the blob. Of what it gave instead nothing is kept: another one, or the registry, may have it. */
    private boolean comesFrom(URI elsewhere, Descriptor blob, BlobSink sink) {
        try {
            bring(blob, sink, () -> caller.callPlainly(call(elsewhere, blob, sink), cancellation));
            return true;
        } catch (RegistryException.NotFound
                | RegistryException.Unreachable
                | RegistryException.TooManyRequests
                | RegistryException.BadAnswer
                | OciException.Mismatch e) {
            sink.restart();
            return false;
        }
    }

    private BlobCall call(URI uri, Descriptor blob, BlobSink sink) {
        return new BlobCall(uri, repository.reference(), blob, sink);
    }

    private void bring(Descriptor blob, BlobSink sink, Runnable download) {
        boolean resumed = sink.offset() > 0;
        try {
            transfer(blob, sink, download);
        } catch (OciException.Mismatch e) {
            if (!resumed) {
                throw e;
            }
            // the bytes of an earlier transfer may be the wrong ones: once more, from the beginning
            sink.restart();
            transfer(blob, sink, download);
        }
    }

    private void transfer(Descriptor blob, BlobSink sink, Runnable download) {
        if (sink.offset() < blob.size() || blob.size() == 0) {
            download.run();
        }
        sink.complete();
    }

    /** Asked without credentials (CVE-2020-15157). */
    private List<URI> addresses(Descriptor blob) {
        return blob.mediaType().isForeignLayer()
                ? blob.urls().stream().limit(4).flatMap(this::address).toList()
                : List.of();
    }

    private Stream<URI> address(String text) {
        try {
            URI uri = URI.create(text);
            return repository.origin().mayLeadTo(Origin.of(uri)) ? Stream.of(uri) : Stream.empty();
        } catch (IllegalArgumentException e) {
            return Stream.empty();
        }
    }
}
