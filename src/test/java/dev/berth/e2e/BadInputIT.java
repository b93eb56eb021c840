package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every call that the service's own OpenAPI document lists, with every kind of bad input that its schemas let one think of: a status that
 * is documented, a problem that names the field, and afterwards a service in which not a byte has changed. A call that comes later is
 * tried as soon as the document lists it.
 */
@Timeout(600)
class BadInputIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String API = "/api/v1";

    private static Victims victims;
    private static JsonNode document;

    /** A body for each call that takes JSON: what one mistake is put into. Not one of them is ever sent as it is. */
    private static Map<String, String> bodies() {
        return Map.of(
                "/containers/{container}", "{\"resources\":{\"memory\":67108864}}",
                "/containers", "{\"image\":\"%s\"}".formatted(victims.server.image()),
                "/containers/{container}/rename", "{\"name\":\"other\"}",
                "/containers/{container}/exec", "{\"command\":[\"true\"]}",
                "/containers/{container}/ports", "{\"containerPort\":80}",
                "/exec/{id}/resize", "{\"columns\":80,\"rows\":24}",
                "/volumes", "{\"name\":\"fresh\"}",
                "/images/tag", "{\"source\":\"%s\",\"target\":\"other:1\"}".formatted(victims.server.image()),
                "/images/pull", "{\"reference\":\"%s\"}".formatted(victims.server.image()));
    }

    @BeforeAll
    static void start() throws Exception {
        victims = new Victims();
        document = JSON.readTree(victims.http.get("/q/openapi", "").body());
    }

    @AfterAll
    static void end() throws Exception {
        if (victims != null) {
            victims.close();
        }
    }

    @BeforeEach
    void look() throws Exception {
        victims.look();
    }

    @AfterEach
    void nothingChanged() throws Exception {
        victims.assertNothingChanged();
    }

    /** With names for the placeholders of a path. */
    private static String path(String template) {
        return API
                + template.replace("{container}", "runs")
                        .replace("{id}", template.startsWith("/exec") ? victims.session : "p999")
                        .replace("{name}", "kept")
                        .replace("{protocol}", "tcp")
                        .replace("{hostPort}", "9999");
    }

    private static void eachCall(BiConsumer<String, String> visitor) {
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> visitor.accept(
                                method.toUpperCase(java.util.Locale.ROOT),
                                path.getKey().substring(API.length()))));
    }

    private static JsonNode resolved(JsonNode schema) {
        return schema.has("$ref")
                ? resolved(document.at(schema.path("$ref").asText().substring(1)))
                : schema;
    }

    private static JsonNode call(String method, String template) {
        return document.path("paths").path(API + template).path(method.toLowerCase(java.util.Locale.ROOT));
    }

    private interface Body {
        void check(String template, String call, String valid, JsonNode schema) throws IOException;
    }

    /** Visits each call that takes JSON. */
    private static void eachBody(Body visitor) throws IOException {
        Map<String, String> methods = new TreeMap<>();
        eachCall((method, template) -> {
            JsonNode content = call(method, template).path("requestBody").path("content");
            if (content.has("application/json")) {
                assertNotNull(bodies().get(template), "this test knows no body for " + template);
                methods.put(template, method);
            }
        });
        assertFalse(methods.isEmpty());
        for (String template : methods.keySet()) {
            String method = methods.get(template);
            JsonNode content = call(method, template).path("requestBody").path("content");
            visitor.check(
                    template,
                    method + " " + path(template),
                    bodies().get(template),
                    resolved(content.path("application/json").path("schema")));
        }
    }

    @Test
    void whatIsNoJsonIs400() throws Exception {
        eachBody((template, call, valid, schema) -> {
            String first = valid.substring(1, valid.indexOf(':'));
            for (String body : List.of(
                    "",
                    " ",
                    "null",
                    "{",
                    "}",
                    "{]",
                    "[1,",
                    "nonsense",
                    "'a'",
                    valid.substring(0, valid.length() - 1),
                    valid + "x",
                    valid + valid,
                    valid.replace("{", "{" + first + ":null,"),
                    "\u0000",
                    "{\"a\":NaN}",
                    "{\"a\":Infinity}",
                    "{\"a\":+1}",
                    "{\"a\":01}",
                    "{a:1}",
                    "{\"a\":\"\u0001\"}",
                    "// x\n" + valid,
                    "[".repeat(100_000),
                    "{\"a\":".repeat(50_000),
                    "{\"a\":1e999999999}".substring(0, 9))) {
                Victims.problem(
                        template + " with " + cut(body),
                        victims.http.with(call, "application/json", body),
                        Set.of(400, 422));
            }
            assertEquals(
                    400,
                    victims.http.with(call, "application/json", valid + "x").status(),
                    "more behind the object: " + template);
        });
    }

    @Test
    void whatIsTooLargeIs413() throws Exception {
        eachBody((template, call, valid, schema) -> {
            String large = valid.replaceFirst("\\{", "{\"more\":\"" + "x".repeat(1 << 20) + "\",");
            Victims.problem(template, victims.http.with(call, "application/json", large), Set.of(413));
            StringBuilder chunked = new StringBuilder(victims.http.head(call + " HTTP/1.1"))
                    .append(
                            "Content-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < large.length(); i += 60_000) {
                String part = large.substring(i, Math.min(large.length(), i + 60_000));
                chunked.append(Integer.toHexString(part.length()))
                        .append("\r\n")
                        .append(part)
                        .append("\r\n");
            }
            Victims.problem(
                    template + " in chunks",
                    victims.http.send(chunked.append("0\r\n\r\n").toString()),
                    Set.of(413));
        });
    }

    @Test
    void anotherKindOfBodyIs415() throws Exception {
        eachBody((template, call, valid, schema) -> {
            for (String type : List.of(
                    "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data")) {
                Victims.problem(template + " as " + type, victims.http.with(call, type, valid), Set.of(415));
            }
            Victims.problem(template + " as nonsense", victims.http.with(call, "/;;=", valid), Set.of(400, 415));
        });
    }

    @Test
    void aFieldThatNobodyKnowsIs422AndNamed() throws Exception {
        eachBody((template, call, valid, schema) -> {
            for (String name : List.of("bogus", "Image", "__proto__", "a\\u0000b", "ä".repeat(200))) {
                String body = valid.replaceFirst("\\{", "{\"" + name.replace("\\", "\\\\") + "\":1,");
                JsonNode problem = Victims.problem(
                        template + " with " + cut(name),
                        victims.http.with(call, "application/json", body),
                        Set.of(422));
                assertTrue(problem.hasNonNull("field"), problem.toString());
            }
        });
    }

    @Test
    void aFieldOfTheWrongTypeIs422AndNamed() throws Exception {
        eachBody((template, call, valid, schema) -> {
            for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
                for (String wrong : Garbage.forField(resolved(field.getValue()))) {
                    ObjectNode body = (ObjectNode) JSON.readTree(valid);
                    body.set(field.getKey(), JSON.readTree(wrong));
                    String what = template + " with " + field.getKey() + " " + cut(wrong);
                    JsonNode problem = Victims.problem(
                            what, victims.http.with(call, "application/json", body.toString()), Set.of(422));
                    assertTrue(problem.path("field").asText().startsWith(field.getKey()), what + ": " + problem);
                }
            }
        });
    }

    @Test
    void garbageInAQueryIs422AndNamed() throws Exception {
        List<String[]> tries = new ArrayList<>();
        eachCall((method, template) -> {
            for (JsonNode parameter : call(method, template).path("parameters")) {
                if (parameter.path("in").asText().equals("query")) {
                    String name = parameter.path("name").asText();
                    for (String value : Garbage.forParameter(name, resolved(parameter.path("schema")))) {
                        tries.add(new String[] {method, template, name, value});
                    }
                }
            }
        });
        assertTrue(tries.size() > 50, "few parameters: " + tries.size());
        for (String[] one : tries) {
            String escaped = URLEncoder.encode(one[3], StandardCharsets.UTF_8);
            String line =
                    one[0] + " " + path(one[1]) + "?" + required(one[1], one[2]) + one[2] + "=" + escaped + " HTTP/1.1";
            String body = bodies().getOrDefault(one[1], "");
            String request = victims.http.head(line) + "Connection: close\r\n"
                    + (one[0].equals("GET")
                            ? ""
                            : "Content-Type: " + type(one[0], one[1]) + "\r\nContent-Length: " + body.length() + "\r\n")
                    + "\r\n" + (one[0].equals("GET") ? "" : body);
            boolean object = Set.of("reference", "container", "path").contains(one[2]);
            JsonNode problem =
                    Victims.problem(cut(line), victims.http.send(request), object ? Set.of(404, 422) : Set.of(422));
            assertTrue(object || problem.path("field").asText().equals(one[2]), line + ": " + problem);
        }
    }

    private static String type(String method, String template) {
        JsonNode content = call(method, template).path("requestBody").path("content");
        return content.isEmpty() ? "application/json" : content.fieldNames().next();
    }

    /** Parameters without which the call is refused before the one that is tried is looked at. */
    private static String required(String template, String tried) {
        if (template.endsWith("/one") && !tried.equals("reference")) {
            return "reference=" + victims.server.image() + "&";
        }
        return template.contains("/files") && !tried.equals("path") ? "path=%2Fetc&" : "";
    }

    private static String cut(String text) {
        return text.length() > 120 ? text.substring(0, 120) + "…" : text;
    }
}
