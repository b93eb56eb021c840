package dev.berth.oci;

import java.util.Locale;
import java.util.Set;

/** A media type of the OCI image specification or of docker's, without parameters, in lower case. */
public record MediaType(String value) {

    public static final MediaType OCI_INDEX = new MediaType("application/vnd.oci.image.index.v1+json");
    public static final MediaType OCI_MANIFEST = new MediaType("application/vnd.oci.image.manifest.v1+json");
    public static final MediaType OCI_CONFIG = new MediaType("application/vnd.oci.image.config.v1+json");
    public static final MediaType OCI_LAYER = new MediaType("application/vnd.oci.image.layer.v1.tar");
    public static final MediaType OCI_LAYER_GZIP = new MediaType("application/vnd.oci.image.layer.v1.tar+gzip");
    public static final MediaType OCI_LAYER_ZSTD = new MediaType("application/vnd.oci.image.layer.v1.tar+zstd");
    public static final MediaType DOCKER_LIST =
            new MediaType("application/vnd.docker.distribution.manifest.list.v2+json");
    public static final MediaType DOCKER_MANIFEST =
            new MediaType("application/vnd.docker.distribution.manifest.v2+json");
    public static final MediaType DOCKER_CONFIG = new MediaType("application/vnd.docker.container.image.v1+json");
    public static final MediaType DOCKER_LAYER = new MediaType("application/vnd.docker.image.rootfs.diff.tar");
    public static final MediaType DOCKER_LAYER_GZIP =
            new MediaType("application/vnd.docker.image.rootfs.diff.tar.gzip");
    public static final MediaType DOCKER_LAYER_ZSTD =
            new MediaType("application/vnd.docker.image.rootfs.diff.tar.zstd");
    public static final MediaType DOCKER_FOREIGN_LAYER =
            new MediaType("application/vnd.docker.image.rootfs.foreign.diff.tar");
    public static final MediaType DOCKER_FOREIGN_LAYER_GZIP =
            new MediaType("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");

    private static final String OCI_FOREIGN_PREFIX = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    private static final Set<MediaType> LAYERS = Set.of(
            OCI_LAYER,
            OCI_LAYER_GZIP,
            OCI_LAYER_ZSTD,
            DOCKER_LAYER,
            DOCKER_LAYER_GZIP,
            DOCKER_LAYER_ZSTD,
            DOCKER_FOREIGN_LAYER,
            DOCKER_FOREIGN_LAYER_GZIP,
            new MediaType(OCI_FOREIGN_PREFIX),
            new MediaType(OCI_FOREIGN_PREFIX + "+gzip"),
            new MediaType(OCI_FOREIGN_PREFIX + "+zstd"));

    /** What old registries made of the type of docker's configurations; docker takes these for images as well. */
    private static final Set<MediaType> LOST_CONFIGS = Set.of(
            new MediaType(""),
            new MediaType("application/octet-stream"),
            new MediaType("application/json"),
            new MediaType("text/html"));

    /** How the tar of a layer is packed. */
    public enum Compression {
        NONE,
        GZIP,
        ZSTD
    }

    public MediaType {
        int parameters = value.indexOf(';');
        value = (parameters < 0 ? value : value.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    public boolean isIndex() {
        return equals(OCI_INDEX) || equals(DOCKER_LIST);
    }

    public boolean isManifest() {
        return equals(OCI_MANIFEST) || equals(DOCKER_MANIFEST);
    }

    /** Docker's first format, signed or not: its layers carry no sizes, and its digests cover other bytes. */
    public boolean isSchema1() {
        return value.equals("application/vnd.docker.distribution.manifest.v1+json")
                || value.equals("application/vnd.docker.distribution.manifest.v1+prettyjws");
    }

    public boolean isConfig() {
        return equals(OCI_CONFIG) || equals(DOCKER_CONFIG);
    }

    /** In a manifest of docker's own type; in others it may be anything. */
    boolean isLostDockerConfig() {
        return LOST_CONFIGS.contains(this);
    }

    public boolean isLayer() {
        return LAYERS.contains(this);
    }

    /** A layer that its registry may not serve, to be fetched from its {@code urls}. */
    public boolean isForeignLayer() {
        return equals(DOCKER_FOREIGN_LAYER)
                || equals(DOCKER_FOREIGN_LAYER_GZIP)
                || value.startsWith(OCI_FOREIGN_PREFIX);
    }

    /** Of a layer's media type. */
    public Compression compression() {
        if (value.endsWith("gzip")) {
            return Compression.GZIP;
        }
        return value.endsWith("zstd") ? Compression.ZSTD : Compression.NONE;
    }

    @Override
    public String toString() {
        return value;
    }
}
