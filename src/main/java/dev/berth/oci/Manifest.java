package dev.berth.oci;

import java.util.List;
import java.util.Optional;

/** One image for one platform: its configuration and its layers from the lowest up. */
public final class Manifest implements Document {

    private final byte[] bytes;
    private final Descriptor descriptor;
    private final Descriptor config;
    private final List<Descriptor> layers;

    private Manifest(byte[] bytes, MediaType type, Descriptor config, List<Descriptor> layers) {
        this.bytes = bytes.clone();
        this.descriptor = Descriptors.ofBytes(type, bytes, Optional.empty());
        this.config = config;
        this.layers = List.copyOf(layers);
    }

    /** @throws OciException.BadDocument for anything but an image's manifest; see {@link Document#parse} */
    public static Manifest parse(byte[] bytes) {
        if (Document.parse(bytes, Optional.empty()) instanceof Manifest manifest) {
            return manifest;
        }
        throw new OciException.BadDocument("manifest", "it is an index of images, not an image");
    }

    static Manifest read(Json json, MediaType type, byte[] bytes) {
        Descriptor config = config(json);
        if (!json.has("layers")) {
            throw json.complaint("layers", "is missing");
        }
        List<Descriptor> layers =
                json.objects("layers").stream().map(Descriptors::read).toList();
        for (Descriptor layer : layers) {
            if (!layer.mediaType().isLayer()) {
                throw json.complaint(
                        "layers",
                        "holds one of type " + Text.quote(layer.mediaType().value()) + ", which Berth cannot unpack");
            }
        }
        return new Manifest(bytes, type, config, layers);
    }

    private static Descriptor config(Json json) {
        // by what it says itself: of one in the store nothing else is known
        boolean docker = json.text("mediaType").map(MediaType::new).equals(Optional.of(MediaType.DOCKER_MANIFEST));
        Json part = json.requiredObject("config");
        Descriptor config = docker ? Descriptors.readDockerConfig(part) : Descriptors.read(part);
        MediaType type = config.mediaType();
        if (!type.isConfig() && !(docker && type.isLostDockerConfig())) {
            throw json.complaint("config", "is of type " + Text.quote(type.value()) + ": this is no container image");
        }
        if (config.size() > Json.LIMIT) {
            throw json.complaint("config", "is larger than 4 MiB");
        }
        return config;
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public Descriptor descriptor() {
        return descriptor;
    }

    public Descriptor config() {
        return config;
    }

    public List<Descriptor> layers() {
        return layers;
    }

    /** Of the configuration and all layers, as transferred. */
    public long totalSize() {
        return config.size() + layers.stream().mapToLong(Descriptor::size).sum();
    }
}
