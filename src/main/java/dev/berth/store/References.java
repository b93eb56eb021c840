package dev.berth.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The names of images: {@code index.json} of the OCI image layout. Each entry points at the manifest of one platform and carries the
 * whole canonical name in the annotation {@code org.opencontainers.image.ref.name}, as skopeo's {@code oci:DIR:NAME} expects it. An
 * image whose name moved to another one stays as an entry without a name.
 *
 * <p>The file is replaced as one step, and entries that other tools made are kept as they are. Thread-safe.
 */
public final class References {
    static final String NAME = "org.opencontainers.image.ref.name";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ContentStore store;
    private final Path file;

    References(ContentStore store) {
        this.store = store;
        this.file = store.paths().index();
    }

    /**
     * Gives a name to a manifest; a second call with the same values does nothing. An image that had the name keeps its entry without
     * one, unless it has other names.
     *
     * @return what had the name before, when that was another manifest
     */
    public Optional<Descriptor> put(Reference reference, Descriptor manifest) {
        return change(entries -> {
            Optional<Descriptor> before = named(entries, reference);
            if (before.filter(old -> old.digest().equals(manifest.digest())).isPresent()) {
                return Optional.empty();
            }
            entries.removeIf(entry -> isNamed(entry, reference) || isNameless(entry, manifest.digest()));
            entries.add(IndexEntry.write(JSON.createObjectNode(), manifest, reference));
            before.filter(old -> !contains(entries, old.digest()))
                    .ifPresent(old -> entries.add(IndexEntry.write(JSON.createObjectNode(), old)));
            return before;
        });
    }

    public Optional<Descriptor> get(Reference reference) {
        return named(read(), reference);
    }

    /** Names in the order of the file. */
    public Map<Reference, Descriptor> list() {
        Map<Reference, Descriptor> all = new LinkedHashMap<>();
        for (ImageEntry entry : entries()) {
            entry.reference().ifPresent(name -> all.putIfAbsent(name, entry.descriptor()));
        }
        return all;
    }

    /** Every entry that Berth can read, the nameless ones too. */
    public List<ImageEntry> entries() {
        return read().stream().map(IndexEntry::read).flatMap(Optional::stream).toList();
    }

    /**
     * Takes the name away; with the last name the entry goes too, unless {@code keep} says that something still uses the manifest: then
     * it stays nameless and doomed.
     *
     * @return the manifest it named
     */
    public Optional<Descriptor> remove(Reference reference, Predicate<Digest> keep) {
        return change(entries -> {
            Optional<Descriptor> before = named(entries, reference);
            entries.removeIf(entry -> isNamed(entry, reference));
            before.filter(old -> !contains(entries, old.digest()) && keep.test(old.digest()))
                    .ifPresent(old -> entries.add(IndexEntry.doom(IndexEntry.write(JSON.createObjectNode(), old))));
            return before;
        });
    }

    /** As {@link #remove(Reference, Predicate)} when nothing uses it. A second call does nothing. */
    public Optional<Descriptor> remove(Reference reference) {
        return remove(reference, digest -> false);
    }

    /** Removes the nameless entries that match. @return their manifests */
    public List<Descriptor> removeNameless(Predicate<ImageEntry> which) {
        return change(entries -> {
            List<Descriptor> removed = new ArrayList<>();
            entries.removeIf(node -> {
                Optional<ImageEntry> entry = IndexEntry.read(node)
                        .filter(read -> read.reference().isEmpty() && !IndexEntry.hasName(node))
                        .filter(which);
                entry.ifPresent(read -> removed.add(read.descriptor()));
                return entry.isPresent();
            });
            return removed;
        });
    }

    /** Removes entries whose manifest is gone. @return what they were, for people */
    List<String> removeBroken(Predicate<Digest> isThere) {
        return change(entries -> {
            List<String> removed = new ArrayList<>();
            entries.removeIf(node -> {
                boolean broken = IndexEntry.digest(node).filter(isThere).isEmpty();
                if (broken) {
                    removed.add(node.path("annotations")
                            .path(NAME)
                            .asText(node.path("digest").asText("?")));
                }
                return broken;
            });
            return removed;
        });
    }

    /** Digests of all entries, also of those that other tools made. */
    List<Digest> roots() {
        return read().stream().map(IndexEntry::digest).flatMap(Optional::stream).toList();
    }

    private interface Change<T> {
        T apply(List<ObjectNode> entries);
    }

    private <T> T change(Change<T> change) {
        store.gate().lock();
        try {
            ObjectNode index = load();
            List<ObjectNode> before = entriesOf(index);
            List<ObjectNode> after = new ArrayList<>(before);
            T result = change.apply(after);
            if (!after.equals(before)) {
                ArrayNode manifests = index.putArray("manifests");
                after.forEach(manifests::add);
                DurableFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(index));
            }
            return result;
        } catch (IOException failure) {
            throw StoreException.of("write " + file, failure);
        } finally {
            store.gate().unlock();
        }
    }

    private List<ObjectNode> read() {
        return entriesOf(load());
    }

    private ObjectNode load() {
        try {
            JsonNode node = JSON.readTree(Files.readAllBytes(file));
            if (node instanceof ObjectNode index && index.path("manifests").isArray()) {
                return index;
            }
            throw new StoreException.UnknownLayout(file, "it is not the index of an OCI image layout");
        } catch (JsonProcessingException broken) {
            throw new StoreException.UnknownLayout(file, "it is not JSON");
        } catch (IOException failure) {
            throw StoreException.of("read " + file, failure);
        }
    }

    private static List<ObjectNode> entriesOf(ObjectNode index) {
        List<ObjectNode> entries = new ArrayList<>();
        for (JsonNode entry : index.path("manifests")) {
            if (entry instanceof ObjectNode object) {
                entries.add(object);
            }
        }
        return entries;
    }

    private static Optional<Descriptor> named(List<ObjectNode> entries, Reference reference) {
        return entries.stream()
                .filter(entry -> isNamed(entry, reference))
                .map(IndexEntry::read)
                .flatMap(Optional::stream)
                .map(ImageEntry::descriptor)
                .findFirst();
    }

    private static boolean isNamed(ObjectNode entry, Reference reference) {
        return IndexEntry.read(entry)
                .flatMap(ImageEntry::reference)
                .filter(reference::equals)
                .isPresent();
    }

    private static boolean isNameless(ObjectNode entry, Digest digest) {
        return !IndexEntry.hasName(entry)
                && IndexEntry.digest(entry).filter(digest::equals).isPresent();
    }

    private static boolean contains(List<ObjectNode> entries, Digest digest) {
        return entries.stream()
                .anyMatch(
                        entry -> IndexEntry.digest(entry).filter(digest::equals).isPresent());
    }
}
