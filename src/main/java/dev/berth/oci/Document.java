package dev.berth.oci;

import java.util.Optional;

/** What a registry answers for a tag or a digest. The received bytes are kept: only they have the digest. */
public sealed interface Document permits Manifest, ImageIndex {

    /** A copy of the bytes as received. */
    byte[] bytes();

    Descriptor descriptor();

    default MediaType mediaType() {
        return descriptor().mediaType();
    }

    default Digest digest() {
        return descriptor().digest();
    }

    /**
     * Reads an index or a manifest.
     *
     * @param contentType what the registry said it is; empty (or a general type) where nothing was said
     * @throws OciException.BadDocument for what is neither, for docker's schema1, and where the media type inside differs
     *     from the one outside, or fields of both kinds stand side by side (CVE-2021-41190)
     */
    static Document parse(byte[] bytes, Optional<MediaType> contentType) {
        Json json = Json.parse("manifest", bytes);
        MediaType type = DocumentType.of(json, contentType);
        return type.isIndex() ? ImageIndex.read(json, type, bytes) : Manifest.read(json, type, bytes);
    }
}
