package dev.berth.cli.demo;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;

/** Bytes that a registry serves. */
record Blob(MediaType mediaType, byte[] bytes, Digest digest) {

    Blob(MediaType mediaType, byte[] bytes) {
        this(mediaType, bytes, Digest.of(bytes));
    }

    Descriptor descriptor() {
        return new Descriptor(mediaType, digest, bytes.length);
    }

    /** As a descriptor in JSON. */
    String json() {
        return "{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + digest + "\",\"size\":" + bytes.length + "}";
    }
}
