package dev.berth.oci;

/** The digest of a layer's uncompressed tar, as listed by an image's configuration. */
public record DiffId(Digest digest) {

    public static DiffId parse(String text) {
        return new DiffId(Digest.parse(text));
    }

    @Override
    public String toString() {
        return digest.toString();
    }
}
