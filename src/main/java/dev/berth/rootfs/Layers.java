package dev.berth.rootfs;

import dev.berth.linux.Syscalls;
import dev.berth.oci.ChainId;
import dev.berth.oci.Descriptor;
import dev.berth.oci.DiffId;
import dev.berth.store.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Unpacked layers, {@code layers/…} of the data directory. A tree that is the same whatever lies below is kept once per diff id; one
 * that depends on the layers below (implied directories, hard links to lower files, parents that are symlinks there) is settled per
 * chain id. Thread-safe.
 */
public final class Layers implements AutoCloseable {
    /** The same layer counts each time that it is listed: naming, showing and collecting an image goes through all of them. */
    private static final int MOST_LISTED = 512;

    private final DataDirectory data;
    private final LayerPaths paths;
    private final Overlay overlay;
    private final Unpacking unpacking;
    private final LayerPins pins = new LayerPins();
    private final LayerSync sync;
    private final String boot;
    private final Syscalls calls;
    private final Map<DiffId, ReentrantLock> locks = new ConcurrentHashMap<>();

    /** For this machine, with the default limits. */
    public Layers(DataDirectory data, Syscalls calls) {
        this(data, calls, Owners.read(Path.of("/proc/self")), ExtractionLimits.DEFAULT, bootId());
    }

    /**
     * @param owners which owners files can have here
     * @param boot the kernel's boot id: trees that did not reach the disk are distrusted in another boot
     */
    public Layers(DataDirectory data, Syscalls calls, Owners owners, ExtractionLimits limits, String boot) {
        this.data = data;
        this.calls = calls;
        this.paths = new LayerPaths(data.root());
        this.boot = boot;
        this.overlay = new Overlay(calls, paths.anchor());
        try {
            Files.createDirectories(paths.layers());
            Files.createDirectories(paths.anchor());
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot use " + paths.layers(), failure);
        }
        this.unpacking = new Unpacking(data, calls, overlay, paths, owners, limits, boot);
        this.sync = new LayerSync(calls, paths);
    }

    /**
     * Makes the layers of an image ready to be mounted; quick when they are. To be called before each start of a container, too: a
     * tree that a power cut may have spoilt is unpacked again. Blobs must be in the store. Two callers share one unpacking.
     *
     * @param layers from the lowest up
     * @param diffIds of the same layers
     * @return the unpacked layers from the lowest up, each once; without those of which nothing shows
     * @throws RootfsException with a sentence, when a layer is refused; nothing of it is left
     */
    public List<LayerDirectory> unpack(List<Descriptor> layers, List<DiffId> diffIds, LayerProgress progress)
            throws InterruptedException {
        return unpack(layers, diffIds, LayerArrival.HERE, progress);
    }

    /** The same while blobs still arrive: each layer is unpacked as soon as it and those below it are in the store. */
    public List<LayerDirectory> unpack(
            List<Descriptor> layers, List<DiffId> diffIds, LayerArrival arrival, LayerProgress progress)
            throws InterruptedException {
        check(layers, diffIds);
        List<String> names = names(diffIds);
        pins.pin(names);
        try {
            return settle(layers, diffIds, arrival, progress);
        } finally {
            pins.unpin(names);
        }
    }

    /**
     * Refuses what cannot be mounted whatever is in the layers; to be asked before anything is fetched for it.
     *
     * @throws RootfsException.BadLayer with a sentence
     */
    public static void check(List<Descriptor> layers, List<DiffId> diffIds) {
        if (layers.isEmpty()) {
            throw new RootfsException.BadLayer("the image has no layers: there is nothing to run");
        }
        if (layers.size() != diffIds.size()) {
            throw new RootfsException.BadLayer("the image's manifest lists " + layers.size()
                    + " layers, its configuration " + diffIds.size() + ": it cannot be unpacked");
        }
        checkListed(layers, diffIds);
        long blobs = layers.stream().map(Descriptor::digest).distinct().count();
        checkCount(Math.max(blobs, diffIds.stream().distinct().count()));
    }

    /**
     * Refuses lists without end, which one tiny layer that is named again and again makes.
     *
     * @throws RootfsException.BadLayer with a sentence
     */
    public static void checkListed(List<Descriptor> layers, List<DiffId> diffIds) {
        int listed = Math.max(layers.size(), diffIds.size());
        if (listed > MOST_LISTED) {
            throw new RootfsException.BadLayer("the image lists " + listed + " layers, more than the " + MOST_LISTED
                    + " that Berth reads; build it in fewer steps");
        }
    }

    private static void checkCount(long layers) {
        if (layers > Overlay.MAX_LAYERS) {
            throw new RootfsException.BadLayer("the image has " + layers + " layers, more than the "
                    + Overlay.MAX_LAYERS + " that Berth mounts; build it in fewer steps");
        }
    }

    private List<LayerDirectory> settle(
            List<Descriptor> layers, List<DiffId> diffIds, LayerArrival arrival, LayerProgress progress)
            throws InterruptedException {
        List<LayerDirectory> stack = new ArrayList<>();
        ChainId chain = null;
        for (int i = 0; i < layers.size(); i++) {
            DiffId diffId = diffIds.get(i);
            arrival.await(layers.get(i));
            chain = chain == null ? ChainId.of(List.of(diffId)) : chain.then(diffId);
            Settled layer = settle(layers.get(i), diffId, chain, stack, progress);
            if (layer.record().hidesAll()) {
                stack.clear();
            }
            // The same tree further down shows nothing that this one does not, and twice it is ELOOP for overlayfs.
            stack.removeIf(lower -> lower.name().equals(layer.name()));
            stack.add(new LayerDirectory(
                    layer.name(),
                    paths.tree(layer.name()),
                    layer.record().size(),
                    layer.record().devices()));
        }
        checkCount(stack.size());
        return List.copyOf(stack);
    }

    /** Bytes of the files of a layer, when it is unpacked. */
    public OptionalLong size(DiffId diffId, ChainId chain) {
        for (String name : List.of(LayerPaths.name(chain), LayerPaths.name(diffId))) {
            Optional<LayerRecord> record = LayerRecord.read(paths.record(name));
            if (record.isPresent()) {
                return OptionalLong.of(record.get().size());
            }
        }
        return OptionalLong.empty();
    }

    /** What a collection removed. */
    public record Collected(List<String> layers, long bytes) {}

    /**
     * Removes unpacked layers that nothing needs. They can always be unpacked again from their blobs.
     *
     * @param kept for each image that is kept: the diff ids of its layers from the lowest up; looked at one after the other
     * @param mounted names of layers that containers stand on
     * @param removed the same as {@code kept} for images that were just removed: no grace for their layers
     * @param grace of every other layer that no image has: a pull may be about to name its image
     */
    public Collected collect(
            Stream<List<DiffId>> kept, Set<String> mounted, List<List<DiffId>> removed, Duration grace) {
        Set<String> unneeded = new LinkedHashSet<>(names());
        mounted.forEach(unneeded::remove);
        kept.forEach(chain -> names(chain).forEach(unneeded::remove));
        Set<String> candidates = new HashSet<>();
        removed.forEach(chain -> candidates.addAll(names(chain)));
        Instant youngest = Instant.now().minus(grace);
        List<String> collected = new ArrayList<>();
        long bytes = 0;
        for (String name : unneeded) {
            if (!candidates.contains(name) && !isOlder(paths.layer(name), youngest)) {
                continue;
            }
            long size = LayerRecord.read(paths.record(name))
                    .filter(record -> record.sharedWith() == null)
                    .map(LayerRecord::size)
                    .orElse(0L);
            if (pins.unlessPinned(name, () -> data.trash().discard(paths.layer(name)))) {
                bytes += size;
                collected.add(name);
            }
        }
        return new Collected(List.copyOf(collected), bytes);
    }

    private static boolean isOlder(Path layer, Instant time) {
        try {
            return Files.getLastModifiedTime(layer).toInstant().isBefore(time);
        } catch (IOException gone) {
            return false;
        }
    }

    /** Both names that each layer of a chain may have. */
    private static List<String> names(List<DiffId> chain) {
        return Stream.concat(
                        chain.stream().map(LayerPaths::name),
                        ChainId.each(chain).stream().map(LayerPaths::name))
                .toList();
    }

    /** Looks at what a crash or a power cut may have left. @return what was found and removed, for people */
    public List<String> sweep() {
        List<String> findings = new ArrayList<>();
        int spoilt = 0;
        for (String name : names()) {
            Optional<LayerRecord> record = trusted(name);
            if (record.isEmpty()) {
                data.trash().discard(paths.layer(name));
                spoilt++;
            } else if (!record.get().synced()) {
                sync.add(name);
            }
        }
        if (spoilt > 0) {
            findings.add(
                    "removed " + spoilt
                            + " unpacked layers that the machine may not have written whole before it stopped; they are unpacked again when needed");
        }
        return findings;
    }

    /** Waits until what was unpacked is on the disk, so that no later start distrusts it. A second call does nothing. */
    @Override
    public void close() {
        sync.close();
    }

    private record Settled(String name, LayerRecord record) {}

    private Settled settle(
            Descriptor layer, DiffId diffId, ChainId chain, List<LayerDirectory> below, LayerProgress progress)
            throws InterruptedException {
        ReentrantLock lock = locks.computeIfAbsent(diffId, id -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            Optional<Settled> present = present(diffId, chain, below);
            if (present.isPresent()) {
                progress.unpacked(layer, layer.size(), layer.size());
                return present.get();
            }
            discardSpoilt(LayerPaths.name(diffId));
            discardSpoilt(LayerPaths.name(chain));
            String name = unpacking.run(layer, diffId, chain, treesFromTop(below), progress);
            sync.add(name);
            LayerRecord record = trusted(name).orElseThrow();
            if (!record.whiteoutParents().isEmpty()) {
                note(name, record, chain);
            }
            return new Settled(name, record);
        } finally {
            lock.unlock();
        }
    }

    private Optional<Settled> present(DiffId diffId, ChainId chain, List<LayerDirectory> below) {
        String chainName = LayerPaths.name(chain);
        Optional<LayerRecord> settled = trusted(chainName);
        if (settled.isPresent() && settled.get().sharedWith() == null) {
            return Optional.of(new Settled(chainName, settled.get()));
        }
        String diffName = LayerPaths.name(diffId);
        Optional<LayerRecord> shared = trusted(diffName);
        if (shared.isEmpty()) {
            return Optional.empty();
        }
        if (settled.isEmpty() && !fits(shared.get(), below)) {
            return Optional.empty();
        }
        if (settled.isEmpty() && !shared.get().whiteoutParents().isEmpty()) {
            note(diffName, shared.get(), chain);
        }
        return Optional.of(new Settled(diffName, shared.get()));
    }

    /** A deleted name must lie in a directory that the layers below have, else it is listed though it cannot be opened. */
    private boolean fits(LayerRecord shared, List<LayerDirectory> below) {
        if (shared.whiteoutParents().isEmpty()) {
            return true;
        }
        try (LowerView view = new LowerView(calls, overlay, treesFromTop(below))) {
            return shared.whiteoutParents().stream()
                    .allMatch(parent ->
                            view.stat(parent).filter(stat -> stat.isDirectory()).isPresent());
        }
    }

    private void note(String name, LayerRecord record, ChainId chain) {
        if (name.startsWith(LayerPaths.CHAIN)) {
            return;
        }
        try {
            String chainName = LayerPaths.name(chain);
            Files.createDirectories(paths.layer(chainName));
            Files.write(paths.record(chainName), record.note(name).json());
        } catch (IOException failure) {
            // Only a note: without it the layers below are looked at again next time.
            data.trash().discard(paths.layer(LayerPaths.name(chain)));
        }
    }

    /** The record of a layer whose tree is sure to be whole. */
    private Optional<LayerRecord> trusted(String name) {
        return LayerRecord.read(paths.record(name))
                .filter(record -> record.synced() || record.boot().equals(boot));
    }

    private void discardSpoilt(String name) {
        if (trusted(name).isEmpty()) {
            data.trash().discard(paths.layer(name));
        }
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> layers = Files.newDirectoryStream(paths.layers())) {
            layers.forEach(layer -> names.add(layer.getFileName().toString()));
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot list " + paths.layers(), failure);
        }
        return names;
    }

    private static List<Path> treesFromTop(List<LayerDirectory> stack) {
        List<Path> trees =
                new ArrayList<>(stack.stream().map(LayerDirectory::tree).toList());
        Collections.reverse(trees);
        return trees;
    }

    private static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException unreadable) {
            // Then no tree outlives this process unless it was synced.
            return "process-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        }
    }
}
