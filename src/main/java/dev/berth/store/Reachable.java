package dev.berth.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.oci.Digest;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What can be reached from manifests: indexes lead to manifests, manifests to configurations and layers. Reads the JSON as it is and
 * takes every descriptor for one, so that also what other tools stored here is kept whole.
 */
final class Reachable {
    private static final int LIMIT = 4 << 20;
    /** Names, values and brackets, as many as Berth reads of a manifest: each costs memory of its own. */
    private static final int TOKENS = 200_000;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxTokenCount(TOKENS).build())
            .build());

    private final ContentStore store;
    private final Map<Digest, OptionalLong> found = new HashMap<>();

    private Reachable(ContentStore store) {
        this.store = store;
    }

    /** @return digests with the size that the descriptor announces, where one does */
    static Map<Digest, OptionalLong> from(Collection<Digest> roots, ContentStore store) {
        Reachable reachable = new Reachable(store);
        Deque<Digest> waiting = new ArrayDeque<>();
        for (Digest root : roots) {
            if (reachable.found.putIfAbsent(root, OptionalLong.empty()) == null) {
                waiting.add(root);
            }
        }
        while (!waiting.isEmpty()) {
            reachable.follow(waiting.poll(), waiting);
        }
        return reachable.found;
    }

    private void follow(Digest digest, Deque<Digest> waiting) {
        Optional<JsonNode> document = parse(digest);
        if (document.isEmpty()) {
            return;
        }
        JsonNode node = document.get();
        node.path("manifests")
                .forEach(child -> IndexEntry.digest(child).ifPresent(found -> {
                    if (note(found, child)) {
                        waiting.add(found);
                    }
                }));
        IndexEntry.digest(node.path("config")).ifPresent(config -> note(config, node.path("config")));
        node.path("layers").forEach(layer -> IndexEntry.digest(layer).ifPresent(blob -> note(blob, layer)));
    }

    private boolean note(Digest digest, JsonNode descriptor) {
        JsonNode size = descriptor.path("size");
        OptionalLong announced = size.isIntegralNumber() ? OptionalLong.of(size.asLong()) : OptionalLong.empty();
        return found.put(digest, announced) == null;
    }

    private Optional<JsonNode> parse(Digest digest) {
        try {
            return Optional.of(JSON.readTree(store.readSmall(digest, LIMIT)));
        } catch (StoreException | IOException noDocument) {
            return Optional.empty();
        }
    }
}
