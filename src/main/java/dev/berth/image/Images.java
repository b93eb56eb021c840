package dev.berth.image;

import dev.berth.oci.ChainId;
import dev.berth.oci.Descriptor;
import dev.berth.oci.DiffId;
import dev.berth.oci.Digest;
import dev.berth.oci.Reference;
import dev.berth.oci.RunConfig;
import dev.berth.rootfs.Layers;
import dev.berth.rootfs.Snapshots;
import dev.berth.store.DataDirectory;
import dev.berth.store.GarbageCollector;
import dev.berth.store.Sweep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Use cases of the images that are here: list, inspect, remove, collect garbage. Thread-safe. */
public final class Images {
    private final DataDirectory data;
    private final Layers layers;
    private final Snapshots snapshots;
    private final Supplier<List<ImageUse>> uses;
    private final Catalogue catalogue;

    /** @param uses which containers there are, stopped ones too, and whose images they hold */
    public Images(DataDirectory data, Layers layers, Snapshots snapshots, Supplier<List<ImageUse>> uses) {
        this.data = data;
        this.layers = layers;
        this.snapshots = snapshots;
        this.uses = uses;
        this.catalogue = new Catalogue(data);
    }

    public List<ImageSummary> list() {
        Map<DiffId, Integer> owners = new HashMap<>();
        catalogue
                .all()
                .forEach(image ->
                        new HashSet<>(image.config().diffIds()).forEach(id -> owners.merge(id, 1, Integer::sum)));
        Map<Digest, Set<String>> users = users();
        return catalogue
                .all()
                .map(image -> summary(
                        image, owners, users.getOrDefault(image.descriptor().digest(), Set.of())))
                .toList();
    }

    /**
     * @param name a reference, an id, a manifest's digest or the beginning of an id
     * @throws ImageException.NotFound or {@link ImageException.Ambiguous}
     */
    public ImageDetails inspect(String name) {
        StoredImage image = catalogue.find(name);
        ImageSummary summary = list().stream()
                .filter(listed ->
                        listed.digest().equals(image.descriptor().digest().toString()))
                .findFirst()
                .orElseThrow(() -> new ImageException.NotFound(name));
        return new ImageDetails(summary, config(image.config().config()), history(image), layerDetails(image));
    }

    /** As {@link #inspect}, for containers. */
    public StoredImage find(String name) {
        return catalogue.find(name);
    }

    public Optional<StoredImage> find(Reference reference) {
        return catalogue.find(reference);
    }

    /** The image that a container holds, also when it has lost its names. */
    public StoredImage held(Digest manifest) {
        return catalogue.byManifest(manifest);
    }

    /**
     * Gives an image one more name; another image that had it stays without. A second call does nothing.
     *
     * @param source a reference, an id, a manifest's digest or the beginning of an id
     */
    public synchronized StoredImage tag(String source, Reference target) {
        if (target.digest().isPresent()) {
            throw new ImageException.NoTag(target);
        }
        StoredImage image = catalogue.find(source);
        data.references().put(target, image.descriptor());
        return image;
    }

    /**
     * Takes a name away, and with the last one the image, as docker does. By id all names go, which needs {@code force} when there are
     * several. With {@code force} also an image that containers use loses its names; it goes when the last of them is removed.
     *
     * @throws ImageException.InUse when a container uses it, or several names stand in the way
     */
    public synchronized Removal remove(String name, boolean force) {
        Optional<Reference> unreadable = unreadable(name);
        if (unreadable.isPresent()) {
            data.references().remove(unreadable.get());
            return new Removal(
                    List.of(new Removal.Untagged(unreadable.get().canonical(), null)),
                    List.of(),
                    collect(Set.of(), List.of(), GarbageCollector.GRACE));
        }
        StoredImage image = catalogue.find(name);
        Set<String> users = users(image);
        List<Reference> going = namesToRemove(image, name, force);
        boolean last = going.size() == image.references().size();
        if (last && !users.isEmpty() && !force) {
            throw new ImageException.InUse("cannot remove image " + image.shown() + ": container "
                    + abbreviated(users.iterator().next())
                    + (users.size() > 1 ? " and " + (users.size() - 1) + " more use it" : " uses it")
                    + "; remove that first, or use force to take only the name away");
        }
        going.forEach(reference -> data.references().remove(reference, digest -> !users.isEmpty()));
        List<Removal.Untagged> untagged =
                going.stream().map(reference -> untagged(reference, image)).toList();
        if (!last || !users.isEmpty()) {
            return new Removal(untagged, List.of(), 0);
        }
        Set<Digest> blobs =
                data.collector().reachableFrom(List.of(image.descriptor().digest()));
        data.references()
                .removeNameless(entry ->
                        entry.descriptor().digest().equals(image.descriptor().digest()));
        catalogue.forget(image.descriptor().digest());
        return new Removal(
                untagged,
                List.of(image.id().toString()),
                collect(blobs, List.of(image.config().diffIds()), GarbageCollector.GRACE));
    }

    /** What is needed of an image after it is gone. */
    private record Doomed(Digest manifest, Digest id, List<DiffId> chain) {
        static Doomed of(StoredImage image) {
            return new Doomed(
                    image.descriptor().digest(), image.id(), image.config().diffIds());
        }
    }

    /** Removes what force left behind for containers that are gone now. To be called after a container was removed. */
    public synchronized Removal collect() {
        Set<Digest> held = held();
        List<Doomed> doomed = catalogue
                .all()
                .filter(image -> image.references().isEmpty()
                        && !held.contains(image.descriptor().digest()))
                .map(Doomed::of)
                .toList();
        Set<Digest> gone = data
                .references()
                .removeNameless(entry ->
                        entry.doomed() && !held.contains(entry.descriptor().digest()))
                .stream()
                .map(Descriptor::digest)
                .collect(Collectors.toSet());
        List<Doomed> collected =
                doomed.stream().filter(image -> gone.contains(image.manifest())).toList();
        List<List<DiffId>> chains = collected.stream().map(Doomed::chain).toList();
        return new Removal(
                List.of(),
                collected.stream().map(image -> image.id().toString()).toList(),
                collect(data.collector().reachableFrom(gone), chains, GarbageCollector.GRACE));
    }

    /**
     * Removes images without a name that no container uses, or all that no container uses, and every byte that belongs to none.
     *
     * @param all named ones too
     */
    public synchronized Removal prune(boolean all) {
        Set<Digest> held = held();
        List<Removal.Untagged> untagged = new ArrayList<>();
        List<String> deleted = new ArrayList<>();
        Iterable<StoredImage> images = catalogue.all()::iterator;
        for (StoredImage image : images) {
            if (held.contains(image.descriptor().digest())
                    || !(all || image.references().isEmpty())) {
                continue;
            }
            image.references().forEach(reference -> {
                data.references().remove(reference);
                untagged.add(untagged(reference, image));
            });
            data.references()
                    .removeNameless(entry -> entry.descriptor()
                            .digest()
                            .equals(image.descriptor().digest()));
            catalogue.forget(image.descriptor().digest());
            deleted.add(image.id().toString());
        }
        return new Removal(List.copyOf(untagged), List.copyOf(deleted), collect(Set.of(), List.of(), Duration.ZERO));
    }

    /** Puts right what a crash or a power cut left behind, before anything is served. @return one sentence for each finding */
    public List<String> sweep() {
        List<String> findings = new ArrayList<>(new Sweep(data).run());
        findings.addAll(layers.sweep());
        long freed = collect().freed();
        if (freed > 0) {
            findings.add("freed " + freed + " bytes that belonged to no image");
        }
        return List.copyOf(findings);
    }

    private static Removal.Untagged untagged(Reference reference, StoredImage image) {
        return new Removal.Untagged(reference.canonical(), image.id().toString());
    }

    /** A name whose image cannot be read any more can still be removed. */
    private Optional<Reference> unreadable(String name) {
        return Catalogue.reference(name)
                .filter(reference -> catalogue.find(reference).isEmpty())
                .filter(reference -> data.references().get(reference).isPresent());
    }

    private static List<Reference> namesToRemove(StoredImage image, String name, boolean force) {
        Optional<Reference> named = Catalogue.reference(name).filter(image.references()::contains);
        if (named.isPresent()) {
            return List.of(named.get());
        }
        if (image.references().size() > 1 && !force) {
            throw new ImageException.InUse("cannot remove image " + image.id().abbreviated() + ": it has the names "
                    + image.references().stream().map(Reference::familiar).collect(Collectors.joining(", "))
                    + "; name the one to remove, or use force to remove them all");
        }
        return image.references();
    }

    private long collect(Set<Digest> candidates, List<List<DiffId>> removed, Duration grace) {
        Set<Digest> held = held();
        long bytes = data.collector().collect(held, candidates, grace).bytes();
        Stream<List<DiffId>> kept = Stream.concat(
                catalogue.all().map(image -> image.config().diffIds()),
                held.stream().flatMap(manifest -> heldChain(manifest).stream()));
        return bytes
                + layers.collect(kept, snapshots.usedLayers(), removed, grace).bytes();
    }

    private Optional<List<DiffId>> heldChain(Digest manifest) {
        try {
            return Optional.of(held(manifest).config().diffIds());
        } catch (ImageException.Broken unreadable) {
            return Optional.empty();
        }
    }

    private static String abbreviated(String container) {
        return container.substring(0, Math.min(12, container.length()));
    }

    private Set<Digest> held() {
        return uses.get().stream().map(ImageUse::manifest).collect(Collectors.toSet());
    }

    private Set<String> users(StoredImage image) {
        return users().getOrDefault(image.descriptor().digest(), Set.of());
    }

    /** Containers by the manifest that they hold; asked once for each use case, since it may read the disk. */
    private Map<Digest, Set<String>> users() {
        Map<Digest, Set<String>> users = new HashMap<>();
        uses.get()
                .forEach(use -> users.computeIfAbsent(use.manifest(), manifest -> new TreeSet<>())
                        .add(use.container()));
        return users;
    }

    private ImageSummary summary(StoredImage image, Map<DiffId, Integer> owners, Set<String> users) {
        long size = 0;
        long shared = 0;
        for (ImageDetails.Layer layer : layerDetails(image)) {
            long bytes = layer.unpackedSize() == null ? layer.size() : layer.unpackedSize();
            size += bytes;
            shared += owners.getOrDefault(DiffId.parse(layer.diffId()), 0) > 1 ? bytes : 0;
        }
        return new ImageSummary(
                image.id().toString(),
                image.references().stream().map(Reference::canonical).toList(),
                image.descriptor().digest().toString(),
                image.config().platform().toString(),
                image.config().created().orElse(null),
                size,
                shared,
                image.manifest().layers().size(),
                List.copyOf(users));
    }

    private List<ImageDetails.Layer> layerDetails(StoredImage image) {
        List<ImageDetails.Layer> details = new ArrayList<>();
        List<DiffId> diffIds = image.config().diffIds();
        List<Descriptor> blobs = image.manifest().layers();
        List<ChainId> chains = ChainId.each(diffIds);
        for (int i = 0; i < Math.min(diffIds.size(), blobs.size()); i++) {
            OptionalLong unpacked = layers.size(diffIds.get(i), chains.get(i));
            details.add(new ImageDetails.Layer(
                    blobs.get(i).digest().toString(),
                    diffIds.get(i).toString(),
                    blobs.get(i).size(),
                    unpacked.isPresent() ? unpacked.getAsLong() : null));
        }
        return details;
    }

    private static ImageDetails.Config config(RunConfig config) {
        return new ImageDetails.Config(
                config.entrypoint(),
                config.command(),
                config.env(),
                config.user(),
                config.workingDir(),
                config.exposedPorts(),
                config.volumes(),
                config.labels(),
                config.stopSignal(),
                config.healthcheck().map(ImageDetails.Healthcheck::of).orElse(null));
    }

    private static List<ImageDetails.Step> history(StoredImage image) {
        return image.config().history().stream()
                .map(step -> new ImageDetails.Step(
                        step.created().orElse(null), step.createdBy(), step.comment(), step.emptyLayer()))
                .toList();
    }
}
