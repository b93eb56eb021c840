package dev.berth.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/** Values that something of a type, as OpenAPI writes it, cannot have. */
final class Garbage {
    private Garbage() {}

    /** In JSON. */
    static List<String> forField(JsonNode type) {
        return switch (type.path("type").asText()) {
            case "string" -> List.of("1", "true", "[]", "{}", "\"\\u0000\"", "\"\"");
            case "integer" ->
                List.of(
                        "\"1\"",
                        "true",
                        "[]",
                        "{}",
                        "1.5",
                        "-1",
                        "-9223372036854775808",
                        "99999999999999999999",
                        "1e400");
            case "number" -> List.of("\"1\"", "true", "[]", "{}", "-1");
            case "boolean" -> List.of("\"true\"", "1", "0", "[]", "{}");
            case "array" -> List.of("1", "true", "\"x\"", "{}", "[null]", "[[]]", "[true]");
            case "object" -> List.of("1", "true", "\"x\"", "[]");
            default -> List.of("1", "true", "\"x\"", "[]", "{}");
        };
    }

    /** Values that a parameter cannot have. Some may be any text. */
    static List<String> forParameter(String name, JsonNode type) {
        return switch (type.path("type").asText()) {
            case "boolean" -> List.of("7", "yes", "TRUE", "true,false", "\u0000", "x".repeat(2000));
            case "integer" -> List.of("-1", "1.5", "1e3", "99999999999999999999", "NaN", "x", "０", "0x10", " 1");
            default ->
                Set.of("label", "hostAddress", "name").contains(name)
                        ? List.of()
                        : List.of(
                                "\u0000",
                                "no such thing",
                                "../../no/such",
                                "-99999999999999999999",
                                "ä%",
                                "x".repeat(2000));
        };
    }
}
