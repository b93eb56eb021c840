package dev.berth.oci;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** An image's configuration: how to run it, and the digests of its unpacked layers from the lowest up. */
public final class ImageConfig {

    /** One step of the build. */
    public record History(
            Optional<Instant> created, String createdBy, String comment, String author, boolean emptyLayer) {}

    private static final String KIND = "image configuration";

    private final byte[] bytes;
    private final Platform platform;
    private final Optional<Instant> created;
    private final String author;
    private final RunConfig config;
    private final List<DiffId> diffIds;
    private final List<History> history;

    private ImageConfig(byte[] bytes, Json json) {
        this.bytes = bytes.clone();
        this.platform = Descriptors.platform(json, "linux", "");
        this.created = time(json);
        this.author = json.text("author").orElse("");
        this.config = json.object("config").map(RunConfig::read).orElse(RunConfig.EMPTY);
        this.diffIds = diffIds(json.requiredObject("rootfs"));
        this.history = json.objects("history").stream().map(ImageConfig::step).toList();
    }

    /** @throws OciException.BadDocument naming the field that is wrong */
    public static ImageConfig parse(byte[] bytes) {
        return new ImageConfig(bytes, Json.parse(KIND, bytes));
    }

    private static List<DiffId> diffIds(Json rootfs) {
        String type = rootfs.text("type").orElse("layers");
        if (!type.equals("layers")) {
            throw rootfs.complaint("type", "is " + Text.quote(type) + " instead of layers");
        }
        try {
            return rootfs.texts("diff_ids").stream().map(DiffId::parse).toList();
        } catch (OciException.BadDigest e) {
            throw rootfs.complaint("diff_ids", "holds something that is no digest");
        }
    }

    private static History step(Json json) {
        return new History(
                time(json),
                json.text("created_by").orElse(""),
                json.text("comment").orElse(""),
                json.text("author").orElse(""),
                json.flag("empty_layer"));
    }

    /** A time that cannot be read hurts nobody: it counts as unknown. */
    private static Optional<Instant> time(Json json) {
        try {
            return json.text("created")
                    .filter(text -> !text.isEmpty())
                    .map(OffsetDateTime::parse)
                    .map(OffsetDateTime::toInstant);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** A copy of the bytes as received. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Of the received bytes: the image's id. */
    public Digest digest() {
        return Digest.of(bytes);
    }

    public Platform platform() {
        return platform;
    }

    public Optional<Instant> created() {
        return created;
    }

    public String author() {
        return author;
    }

    public RunConfig config() {
        return config;
    }

    public List<DiffId> diffIds() {
        return diffIds;
    }

    public List<History> history() {
        return history;
    }
}
