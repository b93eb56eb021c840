package dev.berth.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Points at content: what it is, its digest, its size in bytes.
 *
 * @param urls where a foreign layer is to be had; never asked with the registry's credentials
 */
public record Descriptor(
        MediaType mediaType,
        Digest digest,
        long size,
        List<String> urls,
        Map<String, String> annotations,
        Optional<Platform> platform) {

    /** BuildKit's provenance and SBOM entries, which carry platform unknown/unknown. */
    private static final String REFERENCE_TYPE = "vnd.docker.reference.type";

    public Descriptor {
        if (size < 0) {
            throw new OciException.BadDocument("descriptor of " + digest, "its size is negative");
        }
        urls = List.copyOf(urls);
        annotations = Map.copyOf(annotations);
    }

    public Descriptor(MediaType mediaType, Digest digest, long size) {
        this(mediaType, digest, size, List.of(), Map.of(), Optional.empty());
    }

    public Descriptor withAnnotations(Map<String, String> others) {
        return new Descriptor(mediaType, digest, size, urls, others, platform);
    }

    public Descriptor withPlatform(Platform other) {
        return new Descriptor(mediaType, digest, size, urls, annotations, Optional.of(other));
    }

    boolean isAttestation() {
        return annotations.getOrDefault(REFERENCE_TYPE, "").equals("attestation-manifest")
                || platform.filter(p -> p.os().equals("unknown")).isPresent();
    }
}
