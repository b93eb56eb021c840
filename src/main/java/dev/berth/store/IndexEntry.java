package dev.berth.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.OciException;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One entry of index.json, between JSON and value. What it cannot read it leaves alone: other tools may write here too. */
final class IndexEntry {
    private static final String DOOMED = "dev.berth.doomed";

    private IndexEntry() {}

    static Optional<Digest> digest(JsonNode node) {
        try {
            return Optional.of(Digest.parse(node.path("digest").asText("")));
        } catch (OciException unreadable) {
            return Optional.empty();
        }
    }

    static boolean hasName(JsonNode node) {
        return node.path("annotations").has(References.NAME);
    }

    /** Empty for an entry that is no image for one platform. */
    static Optional<ImageEntry> read(JsonNode node) {
        MediaType type = new MediaType(node.path("mediaType").asText(""));
        long size = node.path("size").asLong(-1);
        if (!type.isManifest() || size < 0) {
            return Optional.empty();
        }
        Map<String, String> annotations = new HashMap<>();
        node.path("annotations")
                .fields()
                .forEachRemaining(e -> annotations.put(e.getKey(), e.getValue().asText()));
        return digest(node)
                .map(digest -> new ImageEntry(
                        reference(annotations.get(References.NAME)),
                        new Descriptor(type, digest, size, List.of(), annotations, platform(node.path("platform"))),
                        annotations.containsKey(DOOMED)));
    }

    static ObjectNode write(ObjectNode node, Descriptor manifest) {
        node.put("mediaType", manifest.mediaType().value());
        node.put("digest", manifest.digest().toString());
        node.put("size", manifest.size());
        manifest.platform().ifPresent(platform -> {
            ObjectNode object = node.putObject("platform");
            object.put("architecture", platform.architecture());
            object.put("os", platform.os());
            if (!platform.variant().isEmpty()) {
                object.put("variant", platform.variant());
            }
        });
        return node;
    }

    static ObjectNode write(ObjectNode node, Descriptor manifest, Reference name) {
        write(node, manifest).putObject("annotations").put(References.NAME, name.canonical());
        return node;
    }

    static ObjectNode doom(ObjectNode node) {
        node.withObject("/annotations").put(DOOMED, "true");
        return node;
    }

    /** A name of another tool that is no reference counts as none. */
    private static Optional<Reference> reference(String name) {
        try {
            return name == null ? Optional.empty() : Optional.of(Reference.parse(name));
        } catch (OciException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<Platform> platform(JsonNode node) {
        try {
            return node.isObject()
                    ? Optional.of(new Platform(
                            node.path("os").asText(""),
                            node.path("architecture").asText(""),
                            node.path("variant").asText("")))
                    : Optional.empty();
        } catch (OciException unreadable) {
            return Optional.empty();
        }
    }
}
