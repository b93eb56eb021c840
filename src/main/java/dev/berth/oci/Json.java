package dev.berth.oci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One JSON object out of a received document, read strictly: bounded in size and depth, no key twice (two readers may
 * disagree about which counts), and every complaint names the field. A field that is null counts as absent, as in Go.
 */
final class Json {

    /** Both kinds of document, by the distribution specification's advice for manifests. */
    static final int LIMIT = 4 << 20;

    private static final int DEPTH = 64;
    /** Names, values and brackets: an honest document within the limit has some 25 bytes for each, and each costs memory of its own. */
    private static final int TOKENS = 200_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH)
                            .maxStringLength(LIMIT)
                            .maxNumberLength(32)
                            .maxTokenCount(TOKENS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String kind;
    private final String at;
    private final JsonNode node;

    private Json(String kind, String at, JsonNode node) {
        this.kind = kind;
        this.at = at;
        this.node = node;
    }

    /** @param kind what the document is, for sentences */
    static Json parse(String kind, byte[] bytes) {
        if (bytes.length > LIMIT) {
            throw new OciException.BadDocument(kind, "it is larger than 4 MiB");
        }
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node == null || !node.isObject()) {
                throw new OciException.BadDocument(kind, "it is not a JSON object");
            }
            return new Json(kind, "", node);
        } catch (StreamConstraintsException e) {
            throw new OciException.BadDocument(kind, "it has more parts, or deeper ones, than any honest one");
        } catch (JsonProcessingException e) {
            throw new OciException.BadDocument(kind, "it is not valid JSON (" + firstLine(e) + ")");
        } catch (IOException e) {
            throw new IllegalStateException("reading an array cannot fail", e);
        }
    }

    private static String firstLine(JsonProcessingException e) {
        String message = Text.quote(e.getOriginalMessage());
        return message.substring(1, message.length() - 1);
    }

    boolean has(String name) {
        return node.hasNonNull(name);
    }

    OciException.BadDocument complaint(String name, String reason) {
        return new OciException.BadDocument(kind, at + name + " " + reason);
    }

    Optional<String> text(String name) {
        return field(name).map(value -> textOf(name, value));
    }

    String requiredText(String name) {
        return text(name).orElseThrow(() -> complaint(name, "is missing"));
    }

    long number(String name, long absent) {
        Optional<JsonNode> value = field(name);
        if (value.isPresent() && !(value.get().isIntegralNumber() && value.get().canConvertToLong())) {
            throw complaint(name, "is not a whole number");
        }
        return value.map(JsonNode::longValue).orElse(absent);
    }

    long requiredNumber(String name) {
        if (!has(name)) {
            throw complaint(name, "is missing");
        }
        return number(name, 0);
    }

    /** False when absent. */
    boolean flag(String name) {
        Optional<JsonNode> value = field(name);
        if (value.isPresent() && !value.get().isBoolean()) {
            throw complaint(name, "is not true or false");
        }
        return value.map(JsonNode::booleanValue).orElse(false);
    }

    Optional<Json> object(String name) {
        return field(name).map(value -> objectOf(at + name, name, value));
    }

    Json requiredObject(String name) {
        return object(name).orElseThrow(() -> complaint(name, "is missing"));
    }

    /** Empty when absent. */
    List<Json> objects(String name) {
        return elements(name, element -> objectOf(at + name + "[]", name, element));
    }

    /** Empty when absent. */
    List<String> texts(String name) {
        return elements(name, element -> textOf(name, element));
    }

    /** A list of strings that old docker versions also wrote as one string. */
    Optional<List<String>> textsOrText(String name) {
        Optional<JsonNode> value = field(name);
        if (value.isPresent() && value.get().isTextual()) {
            return Optional.of(List.of(value.get().textValue()));
        }
        return value.map(list -> texts(name));
    }

    /** Names of an object's fields in their order: how Go writes a set. Empty when absent. */
    List<String> names(String name) {
        List<String> names = new ArrayList<>();
        object(name).ifPresent(set -> set.node.fieldNames().forEachRemaining(names::add));
        return names;
    }

    /** Empty when absent. */
    Map<String, String> textMap(String name) {
        Map<String, String> map = new LinkedHashMap<>();
        object(name)
                .ifPresent(object -> object.node.properties().forEach(entry -> {
                    if (!entry.getValue().isNull()) {
                        map.put(entry.getKey(), object.textOf(entry.getKey(), entry.getValue()));
                    }
                }));
        return map;
    }

    private Optional<JsonNode> field(String name) {
        return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
    }

    private <T> List<T> elements(String name, Function<JsonNode, T> read) {
        Optional<JsonNode> value = field(name);
        if (value.isPresent() && !value.get().isArray()) {
            throw complaint(name, "is not a list");
        }
        List<T> elements = new ArrayList<>();
        value.ifPresent(list -> list.forEach(element -> elements.add(read.apply(element))));
        return elements;
    }

    private Json objectOf(String path, String name, JsonNode value) {
        if (!value.isObject()) {
            throw complaint(name, "is not an object");
        }
        return new Json(kind, path + ".", value);
    }

    private String textOf(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw complaint(name, "is not a string");
        }
        return value.textValue();
    }
}
