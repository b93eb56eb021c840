package dev.berth.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/api.md and the OpenAPI document that the build made say the same, in both directions; and this test would see it if they did not. */
class ApiPageTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONTAINER = "/paths/~1api~1v1~1containers";

    private static String page() throws IOException {
        return Files.readString(Path.of("docs/api.md"));
    }

    private static JsonNode document() throws IOException {
        try (InputStream document = ApiDocument.class.getResourceAsStream("openapi.json")) {
            return JSON.readTree(document);
        }
    }

    /** One sentence for each fact that only one of the two has. */
    private static List<String> differences(String markdown, JsonNode openApi) {
        ApiPage page = new ApiPage(markdown);
        Map<String, TreeSet<String>> promised = page.calls();
        Map<String, TreeSet<String>> made = new ApiDescription(openApi).calls();
        List<String> found = new ArrayList<>();
        only(promised.keySet(), made.keySet()).forEach(call -> found.add("the page alone has " + call));
        only(made.keySet(), promised.keySet()).forEach(call -> found.add("the code alone has " + call));
        page.later().stream()
                .filter(made::containsKey)
                .forEach(call -> found.add("the page calls later what is there: " + call));
        promised.forEach((call, facts) -> {
            TreeSet<String> others = made.getOrDefault(call, facts);
            only(facts, others).forEach(fact -> found.add(call + ": the page alone has " + fact));
            only(others, facts).forEach(fact -> found.add(call + ": the code alone has " + fact));
        });
        return found;
    }

    private static Set<String> only(Set<String> these, Set<String> those) {
        TreeSet<String> only = new TreeSet<>(these);
        only.removeAll(those);
        return only;
    }

    @Test
    void thePageSaysWhatTheCodeDoes() throws IOException {
        assertEquals("", String.join("\n", differences(page(), document())));
    }

    static Stream<Arguments> changesOfThePage() {
        return Stream.of(
                Arguments.of("### `GET /ports`", "### `GET /gates`"),
                Arguments.of("| `timeout` | whole number |", "| `patience` | whole number |"),
                Arguments.of("| `all` | true or false |", "| `all` | text |"),
                Arguments.of("| `oomKilled` | true or false | |\n", ""),
                Arguments.of("| `pid` | whole number | of the image", "| `pid` | text | of the image"),
                Arguments.of("| `containerPort` | whole number | |", "| `containerPort` | text | |"),
                Arguments.of("Answer: 201 [Container]", "Answer: 200 [Container]"),
                Arguments.of("Body: [Rename]", "Body: [Size]"),
                Arguments.of("`GET /registries`", "`GET /volumes`"));
    }

    @ParameterizedTest
    @MethodSource("changesOfThePage")
    void aPageThatSaysSomethingElseIsSeen(String text, String other) throws IOException {
        assertNotEquals(page(), page().replace(text, other), "this change changes nothing");
        assertNotEquals(List.of(), differences(page().replace(text, other), document()));
    }

    static Stream<Consumer<JsonNode>> changesOfTheCode() {
        return Stream.of(
                document -> ((ObjectNode) document.at(CONTAINER)).remove("post"),
                document -> ((ObjectNode) document.at(CONTAINER)).putObject("put"),
                document -> ((ObjectNode) document.at(CONTAINER + "/get")).remove("parameters"),
                document ->
                        ((ObjectNode) document.at("/components/schemas/ContainerView/properties")).putObject("more"),
                document -> ((ObjectNode) document.at("/components/schemas/ContainerView/properties")).remove("error"),
                document -> ((ObjectNode) document.at("/components/schemas/Resources/properties")).remove("cpus"),
                document -> ((ObjectNode) document.at("/components/schemas/Flag")).put("type", "string"));
    }

    @ParameterizedTest
    @MethodSource("changesOfTheCode")
    void codeThatDoesSomethingElseIsSeen(Consumer<JsonNode> change) throws IOException {
        JsonNode document = document();
        change.accept(document);
        assertNotEquals(List.of(), differences(page(), document));
    }
}
