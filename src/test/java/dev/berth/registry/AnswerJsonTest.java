package dev.berth.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What registries answer beside their documents, within the bounds of a small heap. */
class AnswerJsonTest {

    @Test
    void anAnswerIsRead() {
        String code = "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"detail\":{\"name\":\"x\"}}]}";
        assertEquals(
                "NAME_UNKNOWN",
                AnswerJson.parse(Trial.utf8(code))
                        .path("errors")
                        .path(0)
                        .path("code")
                        .asText(""));
    }

    @Test
    void manySmallPartsAndDeepOnesAreNotKept() {
        assertTrue(AnswerJson.parse(Trial.utf8("{\"tags\":[" + "{},".repeat(80_000) + "{}]}"))
                .isMissingNode());
        assertTrue(AnswerJson.parse(Trial.utf8("[".repeat(1000) + "]".repeat(1000)))
                .isMissingNode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "<html>", "{", "{}{}", "{\"a\":}"})
    void whatIsNoJsonHasNothing(String body) {
        assertTrue(AnswerJson.parse(Trial.utf8(body)).isMissingNode());
    }
}
