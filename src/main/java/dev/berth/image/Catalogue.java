package dev.berth.image;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.ImageConfig;
import dev.berth.oci.Manifest;
import dev.berth.oci.OciException;
import dev.berth.oci.Reference;
import dev.berth.store.ContentStore;
import dev.berth.store.DataDirectory;
import dev.berth.store.ImageEntry;
import dev.berth.store.StoreException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Finds images in the store: by name, by digest, by id or the beginning of one. Thread-safe. */
final class Catalogue {
    private static final int LIMIT = 4 << 20;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{2,64}");

    private final DataDirectory data;
    /** What a digest names never changes. */
    private final Map<Digest, Parsed> parsed = new ConcurrentHashMap<>();

    Catalogue(DataDirectory data) {
        this.data = data;
    }

    private record Parsed(Manifest manifest, ImageConfig config) {}

    /** Every image once, with all its names, in the order of the index; those that cannot be read are left out. */
    List<StoredImage> all() {
        Map<Descriptor, List<Reference>> names = new LinkedHashMap<>();
        Map<Digest, Descriptor> descriptors = new LinkedHashMap<>();
        for (ImageEntry entry : data.references().entries()) {
            Descriptor descriptor =
                    descriptors.computeIfAbsent(entry.descriptor().digest(), digest -> entry.descriptor());
            List<Reference> references = names.computeIfAbsent(descriptor, key -> new ArrayList<>());
            entry.reference().ifPresent(references::add);
        }
        List<StoredImage> images = new ArrayList<>();
        names.forEach((descriptor, references) -> {
            try {
                images.add(image(descriptor, references));
            } catch (ImageException.Broken unreadable) {
                System.getLogger(Catalogue.class.getName()).log(System.Logger.Level.WARNING, unreadable.getMessage());
            }
        });
        return images;
    }

    /** @throws ImageException.NotFound or {@link ImageException.Ambiguous} */
    StoredImage find(String text) {
        List<StoredImage> all = all();
        Optional<StoredImage> named = byDigest(text, all).or(() -> byName(text, all));
        if (named.isPresent()) {
            return named.get();
        }
        String hex = text.startsWith("sha256:") ? text.substring("sha256:".length()) : text;
        List<StoredImage> matching = HEX.matcher(hex).matches()
                ? all.stream().filter(image -> image.id().hex().startsWith(hex)).toList()
                : List.of();
        if (matching.isEmpty()) {
            throw new ImageException.NotFound(text);
        }
        if (matching.stream().map(StoredImage::id).distinct().count() > 1) {
            throw new ImageException.Ambiguous(text);
        }
        return matching.get(0);
    }

    Optional<StoredImage> find(Reference reference) {
        return byName(reference, all());
    }

    /** Also of an image that has no entry in the index any more. */
    StoredImage byManifest(Digest manifest) {
        return all().stream()
                .filter(image -> image.descriptor().digest().equals(manifest))
                .findFirst()
                .orElseGet(() -> image(descriptor(manifest), List.of()));
    }

    /** The name that this text is, when it is one and not an id. */
    static Optional<Reference> reference(String text) {
        try {
            return Optional.of(Reference.parse(text));
        } catch (OciException noName) {
            return Optional.empty();
        }
    }

    void forget(Digest manifest) {
        parsed.remove(manifest);
    }

    private static Optional<StoredImage> byDigest(String text, List<StoredImage> all) {
        try {
            Digest digest = Digest.parse(text);
            return all.stream()
                    .filter(image -> image.id().equals(digest)
                            || image.descriptor().digest().equals(digest))
                    .findFirst();
        } catch (OciException noDigest) {
            return Optional.empty();
        }
    }

    private static Optional<StoredImage> byName(String text, List<StoredImage> all) {
        return reference(text).flatMap(reference -> byName(reference, all));
    }

    private static Optional<StoredImage> byName(Reference reference, List<StoredImage> all) {
        Optional<StoredImage> exact = all.stream()
                .filter(image -> image.references().contains(reference))
                .findFirst();
        if (exact.isPresent() || reference.digest().isEmpty()) {
            return exact;
        }
        return all.stream()
                .filter(image ->
                        image.descriptor().digest().equals(reference.digest().get()))
                .filter(image -> image.references().stream()
                        .anyMatch(name -> name.repository().equals(reference.repository())))
                .findFirst();
    }

    private StoredImage image(Descriptor descriptor, List<Reference> references) {
        try {
            Parsed image = parsed.computeIfAbsent(descriptor.digest(), this::parse);
            return new StoredImage(descriptor, image.manifest(), image.config(), List.copyOf(references));
        } catch (StoreException | OciException unreadable) {
            String name = references.isEmpty()
                    ? descriptor.digest().abbreviated()
                    : references.get(0).familiar();
            throw new ImageException.Broken(name, unreadable);
        }
    }

    private Parsed parse(Digest digest) {
        ContentStore blobs = data.blobs();
        Manifest manifest = Manifest.parse(blobs.readSmall(digest, LIMIT));
        return new Parsed(
                manifest, ImageConfig.parse(blobs.readSmall(manifest.config().digest(), LIMIT)));
    }

    private Descriptor descriptor(Digest digest) {
        try {
            return Manifest.parse(data.blobs().readSmall(digest, LIMIT)).descriptor();
        } catch (StoreException | OciException unreadable) {
            throw new ImageException.Broken(digest.abbreviated(), unreadable);
        }
    }
}
