package dev.berth.store;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A blob on its way in. Bytes go to a partial file and into the digest at once; {@link #commit} checks size and digest, brings them
 * to the disk and gives them their name. Bytes that are found wrong are forgotten, and the next one is the first again. Closed without
 * a commit, the others stay for the next attempt. For one thread.
 */
public final class Ingest implements AutoCloseable {
    private static final int BUFFER = 256 * 1024;

    private final ContentStore store;
    private final Descriptor descriptor;
    private final Path partial;
    private final MessageDigest hash;
    private FileChannel out;
    private long offset;
    private boolean complete;
    private boolean closed;

    Ingest(ContentStore store, Descriptor descriptor) throws IOException {
        this.store = store;
        this.descriptor = descriptor;
        this.partial = store.paths().partial(descriptor.digest());
        this.hash = descriptor.digest().messageDigest();
        if (isStored()) {
            complete = true;
            offset = descriptor.size();
            return;
        }
        out = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            resume();
        } catch (IOException failure) {
            out.close();
            throw failure;
        }
    }

    /** Bytes on disk already; the next {@link #write} continues there. */
    public long offset() {
        return offset;
    }

    /** Whether the blob is in the store, so that there is nothing to fetch. */
    public boolean complete() {
        return complete;
    }

    /** Forgets what was received: the next byte is the first. */
    public void restart() {
        try {
            out.truncate(0);
            out.position(0);
        } catch (IOException failure) {
            throw writing(failure);
        }
        hash.reset();
        offset = 0;
    }

    /** @throws StoreException.Mismatch when more bytes come than the descriptor announces; what was received is forgotten */
    public void write(ByteBuffer bytes) {
        if (bytes.remaining() > descriptor.size() - offset) {
            restart();
            throw new StoreException.Mismatch("blob " + descriptor.digest() + " is longer than the " + descriptor.size()
                    + " bytes that its manifest announces");
        }
        hash.update(bytes.duplicate());
        try {
            while (bytes.hasRemaining()) {
                offset += out.write(bytes);
            }
        } catch (IOException failure) {
            // What reached the file and what reached the digest may differ now: a resume reads the file again.
            close();
            throw writing(failure);
        }
    }

    /**
     * Makes the blob visible. A second call does nothing.
     *
     * @throws StoreException.Incomplete when bytes are missing: they can still be written, now or by a later attempt
     * @throws StoreException.Mismatch when the bytes are others than the digest says; they are forgotten, and right ones can
     *     still be written
     */
    public void commit() {
        if (complete) {
            return;
        }
        if (offset < descriptor.size()) {
            throw new StoreException.Incomplete(descriptor.digest(), offset, descriptor.size());
        }
        String received = HexFormat.of().formatHex(hash.digest());
        if (!received.equals(descriptor.digest().hex())) {
            restart();
            throw new StoreException.Mismatch("blob " + descriptor.digest()
                    + " arrived with other bytes: their digest is "
                    + descriptor.digest().algorithm() + ":" + received);
        }
        publish();
        complete = true;
    }

    /** A second call does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (out != null) {
                out.close();
                if (!complete && offset == 0) {
                    Files.deleteIfExists(partial);
                }
            }
        } catch (IOException failure) {
            throw writing(failure);
        } finally {
            store.ended(descriptor.digest());
        }
    }

    /** A size that contradicts the stored blob is a lie, or the blob is damaged: its digest tells which. */
    private boolean isStored() {
        Digest digest = descriptor.digest();
        if (!store.has(digest)) {
            return false;
        }
        long size = store.size(digest);
        if (size == descriptor.size()) {
            return true;
        }
        if (store.isIntact(digest)) {
            throw new StoreException.Mismatch("blob " + digest + " has " + size + " bytes, but the manifest announces "
                    + descriptor.size() + "; the image is damaged or forged");
        }
        store.discard(digest);
        return false;
    }

    private void resume() throws IOException {
        if (out.size() > descriptor.size()) {
            out.truncate(0);
        }
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        while (out.read(buffer) > 0) {
            hash.update(buffer.flip());
            buffer.clear();
        }
        offset = out.position();
    }

    private void publish() {
        Path blob = store.paths().blob(descriptor.digest());
        try {
            out.force(true);
            Files.createDirectories(blob.getParent());
            DurableFile.publish(partial, blob);
        } catch (IOException failure) {
            throw writing(failure);
        }
    }

    private StoreException writing(IOException failure) {
        return StoreException.of("write blob " + descriptor.digest(), failure);
    }
}
