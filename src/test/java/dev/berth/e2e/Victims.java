package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A service with one of everything that a bad request could harm, and what every refusal has in common. */
final class Victims implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    final ImageServer server = ImageServer.start();
    final Berth berth = new Berth();
    final RawHttp http;
    /** An exec session that has ended. */
    final String session;

    private Map<String, String> before;

    Victims() throws Exception {
        berth.must("pull", server.image());
        berth.must("create", "--name", "made", "-v", "kept:/kept", server.image(), "true");
        berth.must("run", "-d", "--name", "runs", server.image(), "sleep", "1000");
        berth.must("run", "-d", "--name", "alone", "--network", "none", server.image(), "sleep", "1000");
        berth.must("run", "--name", "over", server.image(), "true");
        session = JSON.readTree(berth.api("POST", "/containers/runs/exec", "{\"command\":[\"true\"]}")
                        .body())
                .path("id")
                .asText();
        Await.until(
                "the program ended",
                30,
                () -> !berth.get("/exec/" + session).path("running").asBoolean());
        http = new RawHttp(berth);
    }

    /** Before each test. */
    void look() throws Exception {
        before = Fingerprint.of(berth);
    }

    /** After each test. */
    void assertNothingChanged() throws Exception {
        assertEquals(before, Fingerprint.of(berth));
    }

    /** A call of the API, the last one on its connection. @param body null = none */
    RawHttp.Answers send(String method, String path, String body) throws IOException {
        String type = body == null ? "" : "Content-Type: application/json\r\n";
        String text = body == null ? "" : body;
        return http.send(http.head(method + " /api/v1" + path + " HTTP/1.1") + type
                + "Connection: close\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
    }

    static JsonNode problem(int status, RawHttp.Answers answer) throws IOException {
        return problem("the request", answer, Set.of(status));
    }

    /** One answer of one of these statuses: a problem, in one sentence, without a word of Java. */
    static JsonNode problem(String what, RawHttp.Answers answer, Set<Integer> statuses) throws IOException {
        assertEquals(1, answer.statuses().size(), () -> what + ": " + answer.text());
        assertTrue(statuses.contains(answer.status()), () -> what + " wants " + statuses + ": " + answer.text());
        assertTrue(
                answer.header("content-type").startsWith("application/problem+json"),
                () -> what + ": " + answer.text());
        JsonNode problem = JSON.readTree(answer.body());
        assertEquals(answer.status(), problem.path("status").asInt(), what);
        assertTrue(
                problem.path("type").asText().matches("https://berth\\.dev/problems/[a-z0-9-]+"), problem.toString());
        String sentence = problem.path("detail").asText();
        assertTrue(sentence.length() > 10 && !sentence.contains("\n"), problem.toString());
        assertFalse(
                sentence.matches("(?s).*(Exception|dev\\.berth|java\\.|jackson|\\bat [a-z]+\\.).*"),
                problem.toString());
        return problem;
    }

    /** A bad request is no failure of the service: its log has neither. */
    @Override
    public void close() throws Exception {
        String log = ServiceLog.of(berth);
        try {
            berth.close();
        } finally {
            server.close();
        }
        assertEquals(List.of(), ServiceLog.failures(log), log);
    }
}
