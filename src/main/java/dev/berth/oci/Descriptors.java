package dev.berth.oci;

import java.util.Optional;
import java.util.regex.Pattern;

/** Reads descriptors out of JSON. */
final class Descriptors {

    private static final Pattern COMPONENT = Pattern.compile("[A-Za-z0-9_.-]{1,40}");

    private Descriptors() {}

    static Descriptor read(Json json) {
        return ofType(json, new MediaType(json.requiredText("mediaType")));
    }

    /** Of a manifest in docker's own form, where the type may be missing. */
    static Descriptor readDockerConfig(Json json) {
        return ofType(json, new MediaType(json.text("mediaType").orElse("")));
    }

    private static Descriptor ofType(Json json, MediaType type) {
        return new Descriptor(
                type,
                digest(json),
                json.requiredNumber("size"),
                json.texts("urls"),
                json.textMap("annotations"),
                json.object("platform").map(Descriptors::platform));
    }

    private static Digest digest(Json json) {
        String text = json.requiredText("digest");
        try {
            return Digest.parse(text);
        } catch (OciException.BadDigest e) {
            throw json.complaint("digest", Text.quote(text) + " is none");
        }
    }

    private static Platform platform(Json json) {
        return platform(json, "unknown", "unknown");
    }

    /** Odd text is kept out of sentences and never matches. */
    static Platform platform(Json json, String absentOs, String absentArchitecture) {
        return new Platform(
                component(json, "os", absentOs),
                component(json, "architecture", absentArchitecture),
                component(json, "variant", ""));
    }

    private static String component(Json json, String name, String absent) {
        return json.text(name)
                .filter(text -> !text.isEmpty())
                .map(text -> COMPONENT.matcher(text).matches() ? text : "unknown")
                .orElse(absent);
    }

    static Descriptor ofBytes(MediaType type, byte[] bytes, Optional<Platform> platform) {
        Descriptor descriptor = new Descriptor(type, Digest.of(bytes), bytes.length);
        return platform.map(descriptor::withPlatform).orElse(descriptor);
    }
}
