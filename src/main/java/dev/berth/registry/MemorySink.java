package dev.berth.registry;

import dev.berth.oci.Descriptor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** A small blob, kept in memory: an image's configuration. */
final class MemorySink implements BlobSink {

    private final Descriptor blob;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    MemorySink(Descriptor blob) {
        this.blob = blob;
    }

    @Override
    public long offset() {
        return bytes.size();
    }

    @Override
    public void restart() {
        bytes.reset();
    }

    @Override
    public void write(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        bytes.writeBytes(copy);
    }

    @Override
    public void complete() {
        blob.digest().verify(bytes.toByteArray(), "the configuration received");
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
