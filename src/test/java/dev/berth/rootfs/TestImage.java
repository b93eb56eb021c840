package dev.berth.rootfs;

import dev.berth.linux.Syscalls;
import dev.berth.oci.Descriptor;
import dev.berth.oci.DiffId;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import dev.berth.store.DataDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/** An image in a data directory of a test's own, layer by layer. */
public final class TestImage implements AutoCloseable {
    public final DataDirectory data;
    public final List<Descriptor> layers = new ArrayList<>();
    public final List<DiffId> diffIds = new ArrayList<>();
    private String config = "{\"Cmd\":[\"sh\"]}";
    private String architecture = Platform.host().architecture();
    private final List<Layers> opened = new ArrayList<>();

    public TestImage(Path root) {
        data = DataDirectory.open(root, Syscalls.linux());
    }

    /** How it wants to be run: the object {@code config} of the image's configuration, instead of {@code sh}. */
    public TestImage config(String json) {
        config = json;
        return this;
    }

    public TestImage architecture(String name) {
        architecture = name;
        return this;
    }

    /** Layers that are closed with the image. */
    public Layers closing(Layers layers) {
        opened.add(layers);
        return layers;
    }

    private TestImage(DataDirectory data) {
        this.data = data;
    }

    /** Another image in the same data directory. */
    public TestImage another() {
        return new TestImage(data);
    }

    public TestImage layer(TarBuilder tar) {
        return layer(tar.build());
    }

    public TestImage layer(byte[] tar) {
        return layer(MediaType.OCI_LAYER_GZIP, gzip(tar), new DiffId(Digest.of(tar)));
    }

    public TestImage layer(MediaType type, byte[] blob, DiffId diffId) {
        layers.add(put(type, blob));
        diffIds.add(diffId);
        return this;
    }

    /** Names the image; afterwards other tools can read it. */
    public Descriptor tag(String reference) {
        String diffs = diffIds.stream().map(id -> "\"" + id + "\"").collect(Collectors.joining(","));
        Descriptor configuration = put(
                MediaType.OCI_CONFIG,
                utf8("{\"architecture\":\"" + architecture
                        + "\",\"os\":\"linux\",\"created\":\"2026-01-02T03:04:05Z\",\"config\":" + config + ","
                        + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + diffs + "]},"
                        + "\"history\":[{\"created_by\":\"test\"}]}"));
        String listed = layers.stream().map(TestImage::json).collect(Collectors.joining(","));
        Descriptor manifest = put(
                MediaType.OCI_MANIFEST,
                utf8("{\"schemaVersion\":2,\"mediaType\":\"" + MediaType.OCI_MANIFEST + "\",\"config\":"
                        + json(configuration) + ",\"layers\":[" + listed + "]}"));
        data.references().put(Reference.parse(reference), manifest);
        return manifest;
    }

    public Descriptor put(MediaType type, byte[] bytes) {
        Descriptor descriptor = new Descriptor(type, Digest.of(bytes), bytes.length);
        try {
            data.blobs().put(descriptor, bytes);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
        return descriptor;
    }

    @Override
    public void close() {
        opened.forEach(Layers::close);
        // JUnit is slow with deep trees.
        data.trash().discard(data.root().resolve("layers"));
        try {
            data.trash().drain();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
        data.close();
    }

    public static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return out.toByteArray();
    }

    private static String json(Descriptor descriptor) {
        return "{\"mediaType\":\"" + descriptor.mediaType() + "\",\"digest\":\"" + descriptor.digest() + "\",\"size\":"
                + descriptor.size() + "}";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
