package dev.berth.registry;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.OciException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** What the tests of this package share: impatient limits, documents, a sink in memory. */
public final class Trial {
    public static final Limits IMPATIENT = new Limits(
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            16 << 10,
            4,
            Duration.ofMillis(20),
            Duration.ofSeconds(3),
            6);
    public static final CredentialFiles NOBODY = new CredentialFiles(List.of(), Map.of());

    private Trial() {}

    public static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static Descriptor layer(byte[] bytes) {
        return new Descriptor(MediaType.OCI_LAYER, Digest.of(bytes), bytes.length);
    }

    public static String json(Descriptor descriptor, String more) {
        return "{\"mediaType\":\"" + descriptor.mediaType() + "\",\"digest\":\"" + descriptor.digest() + "\",\"size\":"
                + descriptor.size() + more + "}";
    }

    public static String config(String architecture, byte[]... layers) {
        String digests = java.util.Arrays.stream(layers)
                .map(bytes -> "\"" + Digest.of(bytes) + "\"")
                .collect(Collectors.joining(","));
        return "{\"architecture\":\"" + architecture
                + "\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + digests + "]}}";
    }

    public static String manifest(String config, byte[]... layers) {
        byte[] bytes = utf8(config);
        String list =
                java.util.Arrays.stream(layers).map(l -> json(layer(l), "")).collect(Collectors.joining(","));
        return "{\"schemaVersion\":2,\"mediaType\":\"" + MediaType.OCI_MANIFEST + "\",\"config\":"
                + json(new Descriptor(MediaType.OCI_CONFIG, Digest.of(bytes), bytes.length), "") + ",\"layers\":["
                + list + "]}";
    }

    public static String index(String... entries) {
        return "{\"schemaVersion\":2,\"mediaType\":\"" + MediaType.OCI_INDEX + "\",\"manifests\":["
                + String.join(",", entries) + "]}";
    }

    public static String entry(MediaType type, String document, String more) {
        byte[] bytes = utf8(document);
        return json(new Descriptor(type, Digest.of(bytes), bytes.length), more);
    }

    public static String platform(String architecture) {
        return ",\"platform\":{\"os\":\"linux\",\"architecture\":\"" + architecture + "\"}";
    }

    /** Checks its digest, as the store does. */
    static class Sink implements BlobSink {
        private final Descriptor blob;
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int restarts;

        Sink(Descriptor blob, byte... already) {
            this.blob = blob;
            bytes.writeBytes(already);
        }

        @Override
        public long offset() {
            return bytes.size();
        }

        @Override
        public void restart() {
            restarts++;
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
            if (!Digest.of(bytes.toByteArray()).equals(blob.digest())) {
                throw new OciException.Mismatch("wrong bytes");
            }
        }
    }
}
