package dev.berth.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A list of images, normally one for each platform: an OCI index or docker's manifest list. */
public final class ImageIndex implements Document {

    private final byte[] bytes;
    private final Descriptor descriptor;
    private final List<Descriptor> manifests;
    private final OciException.BadDocument complaint;

    /** @param complaint about an entry that was left out; null when none was */
    private ImageIndex(byte[] bytes, MediaType type, List<Descriptor> manifests, OciException.BadDocument complaint) {
        this.bytes = bytes.clone();
        this.descriptor = Descriptors.ofBytes(type, bytes, Optional.empty());
        this.manifests = List.copyOf(manifests);
        this.complaint = complaint;
    }

    /** @throws OciException.BadDocument for anything but an index; see {@link Document#parse} */
    public static ImageIndex parse(byte[] bytes) {
        if (Document.parse(bytes, Optional.empty()) instanceof ImageIndex index) {
            return index;
        }
        throw new OciException.BadDocument("index", "it is an image, not an index of images");
    }

    /** An entry that cannot be read may be for others, and is left out. */
    static ImageIndex read(Json json, MediaType type, byte[] bytes) {
        if (!json.has("manifests")) {
            throw json.complaint("manifests", "is missing");
        }
        List<Descriptor> readable = new ArrayList<>();
        OciException.BadDocument complaint = null;
        for (Json entry : json.objects("manifests")) {
            try {
                readable.add(Descriptors.read(entry));
            } catch (OciException.BadDocument e) {
                complaint = complaint == null ? e : complaint;
            }
        }
        ImageIndex index = new ImageIndex(bytes, type, readable, complaint);
        if (complaint != null && index.images().isEmpty()) {
            throw complaint;
        }
        return index;
    }

    /**
     * The entry to follow for a platform: the best variant that runs there, else an entry that names no platform (its
     * configuration tells), else one of the last choice. An entry is an image or another index.
     *
     * @throws OciException.BadDocument when there is none but a last choice, and the wanted one may be one that cannot be read
     */
    public Optional<Descriptor> select(Platform wanted) {
        Optional<Descriptor> meant = firstOf(wanted.acceptable())
                .or(() -> images().stream()
                        .filter(image -> image.platform().isEmpty())
                        .findFirst());
        if (meant.isEmpty() && complaint != null) {
            throw complaint;
        }
        return meant.or(() -> firstOf(wanted.lastChoice()));
    }

    private Optional<Descriptor> firstOf(List<Platform> bestFirst) {
        return bestFirst.stream()
                .flatMap(platform -> images().stream()
                        .filter(image ->
                                image.platform().filter(platform::equals).isPresent()))
                .findFirst();
    }

    /** All platforms on offer, for the sentence when none fits. */
    public List<Platform> platforms() {
        return images().stream()
                .flatMap(image -> image.platform().stream())
                .distinct()
                .toList();
    }

    /** Every entry that can be read, attestations too. */
    public List<Descriptor> manifests() {
        return manifests;
    }

    private List<Descriptor> images() {
        return manifests.stream()
                .filter(entry ->
                        entry.mediaType().isManifest() || entry.mediaType().isIndex())
                .filter(entry -> !entry.isAttestation())
                .toList();
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public Descriptor descriptor() {
        return descriptor;
    }
}
