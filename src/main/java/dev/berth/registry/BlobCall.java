package dev.berth.registry;

import dev.berth.oci.Descriptor;
import dev.berth.oci.OciException;
import dev.berth.oci.Reference;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * {@code GET /v2/<name>/blobs/<digest>}, or one of a foreign layer's addresses: streams into a sink, from where the sink
 * stands. A partial answer counts only when it begins exactly there; a whole one starts over.
 */
final class BlobCall implements Call<Boolean> {

    private final URI uri;
    private final String host;
    private final Reference reference;
    private final Descriptor blob;
    private final BlobSink sink;
    /** Cleared when the server gave a wrong range: then only whole answers are asked for. */
    private boolean ranges = true;

    /** How far it ever came, and how far when the attempts began to count: what comes once more is no progress. */
    private long furthest;

    private long counted;

    BlobCall(URI uri, Reference reference, Descriptor blob, BlobSink sink) {
        this.uri = uri;
        this.reference = reference;
        this.host = Origin.of(uri).toString();
        this.blob = blob;
        this.sink = sink;
        this.furthest = sink.offset();
        this.counted = furthest;
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public Map<String, String> headers() {
        if (!ranges && sink.offset() > 0) {
            sink.restart();
        }
        return sink.offset() > 0
                ? Map.of("Accept-Encoding", "identity", "Range", "bytes=" + sink.offset() + "-" + (blob.size() - 1))
                : Map.of("Accept-Encoding", "identity");
    }

    @Override
    public boolean accepts(int status) {
        return status == 200 || status == 206 || status == 416;
    }

    @Override
    public RegistryException refused(Refusal refusal) {
        if (refusal.isAbsence()) {
            return RegistryException.NotFound.blob(reference, blob.digest().toString());
        }
        return refusal.unexpected(host, "a blob");
    }

    @Override
    public Optional<Boolean> read(Exchange answer) throws TransportException {
        if (answer.status() == 416 || answer.status() == 206 && !isTheRangeAskedFor(answer)) {
            if (!ranges || sink.offset() == 0) {
                throw new RegistryException.BadAnswer(
                        host, "it sent another range of " + blob.digest() + " than asked");
            }
            ranges = false;
            return Optional.empty();
        }
        if (answer.status() == 200 && sink.offset() > 0) {
            sink.restart();
        }
        long missing = blob.size() - sink.offset();
        if (answer.contentLength().orElse(missing) != missing) {
            throw mismatch(answer.contentLength().getAsLong() + sink.offset());
        }
        stream(answer);
        return Optional.of(true);
    }

    private boolean isTheRangeAskedFor(Exchange answer) {
        String expected = "bytes " + sink.offset() + "-" + (blob.size() - 1) + "/";
        String range = answer.header("Content-Range").orElse("");
        return sink.offset() > 0 && (range.equals(expected + blob.size()) || range.equals(expected + "*"));
    }

    private void stream(Exchange answer) throws TransportException {
        for (Optional<Buffer> bytes = next(answer); bytes.isPresent(); bytes = next(answer)) {
            if (bytes.get().length() > blob.size() - sink.offset()) {
                throw new RegistryException.BadAnswer(
                        host, blob.digest() + " is longer than the " + blob.size() + " bytes announced");
            }
            sink.write(bytes.get().getByteBuf().nioBuffer());
            furthest = Math.max(furthest, sink.offset());
        }
        if (sink.offset() < blob.size()) {
            throw new TransportException(
                    TransportException.Stage.EXCHANGE,
                    "the connection ended after " + sink.offset() + " of " + blob.size() + " bytes");
        }
    }

    /** A connection that breaks behind the last byte has brought all of it: the digest says whether it is right. */
    private Optional<Buffer> next(Exchange answer) throws TransportException {
        try {
            return answer.read();
        } catch (TransportException broken) {
            if (sink.offset() == blob.size()) {
                return Optional.empty();
            }
            throw broken;
        }
    }

    private OciException mismatch(long actual) {
        return new OciException.Mismatch(blob.digest() + " has " + actual + " bytes instead of " + blob.size());
    }

    @Override
    public boolean progressed() {
        boolean enough = furthest - counted >= Limits.PROGRESS_BYTES;
        counted = enough ? furthest : counted;
        return enough;
    }
}
