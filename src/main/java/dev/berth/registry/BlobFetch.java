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
        boolean resumed = sink.offset() > 0;
        if (sink.offset() > blob.size()) {
            sink.restart();
        }
        try {
            transfer(blob, sink);
        } catch (OciException.Mismatch e) {
            if (!resumed) {
                throw e;
            }
            // the bytes of an earlier transfer may be the wrong ones: once more, from the beginning
            sink.restart();
            transfer(blob, sink);
        }
    }

    private void transfer(Descriptor blob, BlobSink sink) {
        if (sink.offset() < blob.size() || blob.size() == 0) {
            download(blob, sink);
        }
        sink.complete();
    }

    private void download(Descriptor blob, BlobSink sink) {
        for (URI elsewhere : addresses(blob)) {
            try {
                caller.callPlainly(new BlobCall(elsewhere, repository.reference(), blob, sink), cancellation);
                return;
            } catch (RegistryException.NotFound | RegistryException.Unreachable | RegistryException.BadAnswer e) {
                sink.restart();
            }
        }
        URI home = repository.origin().resolve(repository.path("blobs/" + blob.digest()));
        caller.call(repository, new BlobCall(home, repository.reference(), blob, sink), cancellation);
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
