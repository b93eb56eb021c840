package dev.berth.registry;

import java.nio.ByteBuffer;

/** Where a blob's bytes go. Used by one thread. Failures of the sink itself are thrown unchecked and end the transfer. */
public interface BlobSink {

    /** How many bytes it has, from this or an earlier transfer: the next ones continue there. */
    long offset();

    /** Forgets all bytes. */
    void restart();

    /** Takes the whole buffer. */
    void write(ByteBuffer bytes);

    /**
     * All bytes are there: checks their digest, before anybody is told that the transfer is complete.
     *
     * @throws dev.berth.oci.OciException.Mismatch when it is another; the sink has forgotten the bytes and takes others
     */
    void complete();
}
