package dev.berth.image;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.ImageConfig;
import dev.berth.oci.Manifest;
import dev.berth.oci.OciException;
import dev.berth.oci.Reference;
import dev.berth.rootfs.Layers;
import dev.berth.rootfs.RootfsException;
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

/**
 * Finds images in the store: by name, by digest, by id or the beginning of one. Thread-safe.
 *
 * <p>All images' documents would not fit in memory at once if somebody made them large: they are read one after the other, and again
 * when they are asked for again; of ordinary images the outline is kept.
 */
final class Catalogue {
    private static final int LIMIT = 4 << 20;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{2,64}");

    private final DataDirectory data;
    /** By manifest, of images that could be read. What a digest names never changes. */
    private final Map<Digest, Digest> ids = new ConcurrentHashMap<>();

    private final Outlines outlines = new Outlines();
    private final ParsedImages parsed = new ParsedImages();

    Catalogue(DataDirectory data) {
        this.data = data;
    }

    /** What an image is found by. */
    record Known(Descriptor descriptor, Digest id, List<Reference> references) {
        Digest manifest() {
            return descriptor.digest();
        }
    }

    /** Every image once, with all its names, in the order of the index; those that cannot be read are left out. */
    List<Known> known() {
        Map<Descriptor, List<Reference>> names = new LinkedHashMap<>();
        Map<Digest, Descriptor> descriptors = new LinkedHashMap<>();
        for (ImageEntry entry : data.references().entries()) {
            Descriptor descriptor =
                    descriptors.computeIfAbsent(entry.descriptor().digest(), digest -> entry.descriptor());
            List<Reference> references = names.computeIfAbsent(descriptor, key -> new ArrayList<>());
            entry.reference().ifPresent(references::add);
        }
        List<Known> known = new ArrayList<>();
        names.forEach((descriptor, references) -> {
            try {
                known.add(new Known(descriptor, id(descriptor.digest(), references), List.copyOf(references)));
            } catch (ImageException.Broken unreadable) {
                warn(unreadable);
            }
        });
        return known;
    }

    /** Also of an image that has no entry in the index any more; none of one that cannot be read. */
    Optional<Outline> outline(Digest manifest) {
        Optional<Outline> kept = outlines.get(manifest);
        if (kept.isPresent()) {
            return kept;
        }
        try {
            ParsedImages.Parsed image = parsed(manifest, List.of());
            return Optional.of(Outline.of(image.manifest(), image.config()));
        } catch (ImageException.Broken unreadable) {
            warn(unreadable);
            return Optional.empty();
        }
    }

    private Optional<StoredImage> readable(Known known) {
        try {
            return Optional.of(image(known));
        } catch (ImageException.Broken unreadable) {
            warn(unreadable);
            return Optional.empty();
        }
    }

    private static void warn(ImageException.Broken unreadable) {
        System.getLogger(Catalogue.class.getName()).log(System.Logger.Level.WARNING, unreadable.getMessage());
    }

    /**
     * An image that cannot be read any more counts as absent, so that it is pulled again.
     *
     * @throws ImageException.NotFound or {@link ImageException.Ambiguous}
     */
    StoredImage find(String text) {
        List<Known> all = known();
        return byDigest(text, all)
                .or(() -> byName(text, all))
                .or(() -> byPrefix(text, all))
                .flatMap(this::readable)
                .orElseThrow(() -> new ImageException.NotFound(text));
    }

    private static Optional<Known> byPrefix(String text, List<Known> all) {
        String hex = text.startsWith("sha256:") ? text.substring("sha256:".length()) : text;
        List<Known> matching = HEX.matcher(hex).matches()
                ? all.stream().filter(image -> image.id().hex().startsWith(hex)).toList()
                : List.of();
        if (matching.stream().map(Known::id).distinct().count() > 1) {
            throw new ImageException.Ambiguous(text);
        }
        return matching.stream().findFirst();
    }

    /** None when the image cannot be read any more: its name can be removed, and pulled again. */
    Optional<StoredImage> find(Reference reference) {
        return byName(reference, known()).flatMap(this::readable);
    }

    /** Also of an image that has no entry in the index any more. */
    StoredImage byManifest(Digest manifest) {
        return known().stream()
                .filter(image -> image.manifest().equals(manifest))
                .findFirst()
                .map(this::image)
                .orElseGet(() -> {
                    ParsedImages.Parsed image = parsed(manifest, List.of());
                    return new StoredImage(image.manifest().descriptor(), image.manifest(), image.config(), List.of());
                });
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
        ids.remove(manifest);
        outlines.forget(manifest);
        parsed.forget(manifest);
    }

    private static Optional<Known> byDigest(String text, List<Known> all) {
        try {
            Digest digest = Digest.parse(text);
            return all.stream()
                    .filter(image ->
                            image.id().equals(digest) || image.manifest().equals(digest))
                    .findFirst();
        } catch (OciException noDigest) {
            return Optional.empty();
        }
    }

    private static Optional<Known> byName(String text, List<Known> all) {
        return reference(text).flatMap(reference -> byName(reference, all));
    }

    private static Optional<Known> byName(Reference reference, List<Known> all) {
        Optional<Known> exact = all.stream()
                .filter(image -> image.references().contains(reference))
                .findFirst();
        if (exact.isPresent() || reference.digest().isEmpty()) {
            return exact;
        }
        return all.stream()
                .filter(image -> image.manifest().equals(reference.digest().get()))
                .filter(image -> image.references().stream()
                        .anyMatch(name -> name.repository().equals(reference.repository())))
                .findFirst();
    }

    private StoredImage image(Known known) {
        ParsedImages.Parsed image = parsed(known.manifest(), known.references());
        return new StoredImage(known.descriptor(), image.manifest(), image.config(), known.references());
    }

    private Digest id(Digest manifest, List<Reference> references) {
        Digest id = ids.get(manifest);
        return id != null
                ? id
                : parsed(manifest, references).manifest().config().digest();
    }

    private ParsedImages.Parsed parsed(Digest manifest, List<Reference> references) {
        try {
            Optional<ParsedImages.Parsed> kept = parsed.get(manifest);
            return kept.isPresent() ? kept.get() : parse(manifest);
        } catch (StoreException | OciException | RootfsException unreadable) {
            forget(manifest);
            String name = references.isEmpty()
                    ? manifest.abbreviated()
                    : references.get(0).familiar();
            throw new ImageException.Broken(name, unreadable);
        }
    }

    /** One at a time: while it is read, a document takes more memory than afterwards. */
    private synchronized ParsedImages.Parsed parse(Digest digest) {
        Optional<ParsedImages.Parsed> meanwhile = parsed.get(digest);
        if (meanwhile.isPresent()) {
            return meanwhile.get();
        }
        ContentStore blobs = data.blobs();
        Manifest manifest = Manifest.parse(blobs.readSmall(digest, LIMIT));
        byte[] config = blobs.readSmall(manifest.config().digest(), LIMIT);
        ParsedImages.Parsed image = new ParsedImages.Parsed(
                manifest, ImageConfig.parse(config), manifest.descriptor().size() + config.length);
        Layers.checkListed(manifest.layers(), image.config().diffIds());
        ids.put(digest, manifest.config().digest());
        outlines.put(digest, Outline.of(manifest, image.config()));
        parsed.put(digest, image);
        return image;
    }
}
