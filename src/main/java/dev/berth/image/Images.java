package dev.berth.image;

import dev.berth.image.Catalogue.Known;
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
import java.util.Iterator;
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
        List<Known> all = catalogue.known();
        Map<DiffId, Integer> owners = owners(all);
        Map<Digest, Set<String>> users = users();
        return all.stream()
                .flatMap(image -> catalogue.outline(image.manifest()).stream()
                        .map(outline ->
                                summary(image, outline, owners, users.getOrDefault(image.manifest(), Set.of()))))
                .toList();
    }

    /** How many images have a layer. */
    private Map<DiffId, Integer> owners(List<Known> all) {
        Map<DiffId, Integer> owners = new HashMap<>();
        all.stream()
                .flatMap(image -> catalogue.outline(image.manifest()).stream())
                .forEach(outline -> new HashSet<>(outline.diffIds()).forEach(id -> owners.merge(id, 1, Integer::sum)));
        return owners;
    }

    /**
     * @param name a reference, an id, a manifest's digest or the beginning of an id
     * @throws ImageException.NotFound or {@link ImageException.Ambiguous}
     */
    public ImageDetails inspect(String name) {
        StoredImage image = catalogue.find(name);
        ImageSummary summary = summary(
                new Known(image.descriptor(), image.id(), image.references()),
                Outline.of(image.manifest(), image.config()),
                owners(catalogue.known()),
                users(image));
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
                going.stream().map(reference -> untagged(reference, image.id())).toList();
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

    /**
     * Removes what force left behind for containers that are gone now. To be called after a container was removed; nothing is read when
     * no image goes with it, since what an interrupted pull left waits for the next removal of an image, or start.
     */
    public synchronized Removal collect() {
        Set<Digest> doomed = removeDoomed();
        return doomed.isEmpty() ? new Removal(List.of(), List.of(), 0) : collect(doomed);
    }

    /** Takes the entries of images that only a container held, and none does now. @return their manifests */
    private Set<Digest> removeDoomed() {
        Set<Digest> held = held();
        return data
                .references()
                .removeNameless(entry ->
                        entry.doomed() && !held.contains(entry.descriptor().digest()))
                .stream()
                .map(Descriptor::digest)
                .collect(Collectors.toSet());
    }

    private Removal collect(Set<Digest> doomed) {
        List<Outline> outlines = doomed.stream()
                .flatMap(manifest -> catalogue.outline(manifest).stream())
                .toList();
        Set<Digest> blobs = data.collector().reachableFrom(doomed);
        doomed.forEach(catalogue::forget);
        return new Removal(
                List.of(),
                outlines.stream().map(outline -> outline.id().toString()).toList(),
                collect(blobs, outlines.stream().map(Outline::diffIds).toList(), GarbageCollector.GRACE));
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
        for (Known image : catalogue.known()) {
            if (held.contains(image.manifest()) || !(all || image.references().isEmpty())) {
                continue;
            }
            image.references().forEach(reference -> {
                data.references().remove(reference);
                untagged.add(untagged(reference, image.id()));
            });
            data.references()
                    .removeNameless(entry -> entry.descriptor().digest().equals(image.manifest()));
            catalogue.forget(image.manifest());
            deleted.add(image.id().toString());
        }
        return new Removal(List.copyOf(untagged), List.copyOf(deleted), collect(Set.of(), List.of(), Duration.ZERO));
    }

    /** Puts right what a crash or a power cut left behind, before anything is served. @return one sentence for each finding */
    public synchronized List<String> sweep() {
        List<String> findings = new ArrayList<>(new Sweep(data).run());
        findings.addAll(layers.sweep());
        long freed = collect(removeDoomed()).freed();
        if (freed > 0) {
            findings.add("freed " + freed + " bytes that belonged to no image");
        }
        return List.copyOf(findings);
    }

    private static Removal.Untagged untagged(Reference reference, Digest image) {
        return new Removal.Untagged(reference.canonical(), image.toString());
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
        Stream<List<DiffId>> kept = Stream.concat(catalogue.known().stream().map(Known::manifest), held.stream())
                .distinct()
                .flatMap(manifest -> catalogue.outline(manifest).stream())
                .map(Outline::diffIds);
        return bytes
                + layers.collect(kept, snapshots.usedLayers(), removed, grace).bytes();
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

    private ImageSummary summary(Known image, Outline outline, Map<DiffId, Integer> owners, Set<String> users) {
        long size = 0;
        long shared = 0;
        List<OptionalLong> unpacked = unpackedSizes(outline.diffIds());
        for (int i = 0; i < Math.min(unpacked.size(), outline.blobSizes().size()); i++) {
            long bytes = unpacked.get(i).orElse(outline.blobSizes().get(i));
            size += bytes;
            shared += owners.getOrDefault(outline.diffIds().get(i), 0) > 1 ? bytes : 0;
        }
        return new ImageSummary(
                image.id().toString(),
                image.references().stream().map(Reference::canonical).toList(),
                image.manifest().toString(),
                outline.platform().toString(),
                outline.created().orElse(null),
                size,
                shared,
                outline.blobSizes().size(),
                List.copyOf(users));
    }

    private List<ImageDetails.Layer> layerDetails(StoredImage image) {
        List<ImageDetails.Layer> details = new ArrayList<>();
        List<DiffId> diffIds = image.config().diffIds();
        List<Descriptor> blobs = image.manifest().layers();
        List<OptionalLong> unpacked = unpackedSizes(diffIds);
        for (int i = 0; i < Math.min(diffIds.size(), blobs.size()); i++) {
            details.add(new ImageDetails.Layer(
                    blobs.get(i).digest().toString(),
                    diffIds.get(i).toString(),
                    blobs.get(i).size(),
                    unpacked.get(i).isPresent() ? unpacked.get(i).getAsLong() : null));
        }
        return details;
    }

    /** Bytes of each layer's files; empty of one that is not unpacked. */
    private List<OptionalLong> unpackedSizes(List<DiffId> diffIds) {
        Iterator<ChainId> chains = ChainId.each(diffIds).iterator();
        return diffIds.stream().map(layer -> layers.size(layer, chains.next())).toList();
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
