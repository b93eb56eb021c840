package dev.berth.rest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** An OpenAPI document as the same facts that {@link ApiPage} reads from the page. */
final class ApiDescription {
    private static final String BASE = "/api/v1";

    private final JsonNode document;

    ApiDescription(JsonNode document) {
        this.document = document;
    }

    Map<String, TreeSet<String>> calls() {
        Map<String, TreeSet<String>> calls = new TreeMap<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(call -> calls.put(
                                call.getKey().toUpperCase(java.util.Locale.ROOT) + " "
                                        + path.getKey().replaceFirst("^" + BASE, ""),
                                facts(call.getValue()))));
        return calls;
    }

    private TreeSet<String> facts(JsonNode call) {
        TreeSet<String> facts = new TreeSet<>();
        for (JsonNode parameter : call.path("parameters")) {
            if (!parameter.path("in").asText().equals("path")) {
                facts.add(parameter.path("in").asText() + " "
                        + parameter.path("name").asText() + ": " + word(resolved(parameter.path("schema"))));
            }
        }
        call.path("requestBody").path("content").forEach(content -> type(content.path("schema"), "body", facts));
        call.path("responses").properties().forEach(answer -> {
            if (!answer.getKey().equals("default")) {
                facts.add("answer " + answer.getKey());
                answer.getValue()
                        .path("content")
                        .forEach(content -> type(content.path("schema"), "answer " + answer.getKey(), facts));
            }
        });
        return facts;
    }

    private void type(JsonNode schema, String prefix, TreeSet<String> facts) {
        JsonNode type = resolved(schema);
        if (type.has("oneOf")) {
            type.path("oneOf").forEach(one -> type(one, prefix, facts));
        } else if (type.has("properties")) {
            type.path("properties")
                    .properties()
                    .forEach(field -> type(field.getValue(), prefix + "." + field.getKey(), facts));
        } else if (resolved(type.path("items")).has("properties")) {
            type(type.path("items"), prefix + "[]", facts);
        } else {
            facts.add(prefix + ": " + word(type));
        }
    }

    private String word(JsonNode type) {
        return switch (type.path("type").asText()) {
            case "string" -> type.path("format").asText().equals("date-time") ? "time" : "text";
            case "integer" -> "whole number";
            case "number" -> "number";
            case "boolean" -> "true or false";
            case "array" -> "list of " + word(resolved(type.path("items")));
            case "object" -> "map of " + word(resolved(type.path("additionalProperties")));
            case "" -> "any";
            default -> type.toString();
        };
    }

    private JsonNode resolved(JsonNode schema) {
        return schema.has("$ref")
                ? resolved(document.at(schema.path("$ref").asText().substring(1)))
                : schema;
    }
}
