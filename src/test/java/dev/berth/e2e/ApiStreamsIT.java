package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Logs and events, as the API streams them. */
@Timeout(300)
class ApiStreamsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    static final Testbed bed = new Testbed();

    private static Berth berth;

    @BeforeAll
    static void start() throws Exception {
        berth = bed.berth();
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void logsAreLinesOrJson() throws Exception {
        berth.must("run", "--name", "writer", bed.image(), "sh", "-c", "echo one; echo two >&2; echo three");
        assertEquals(
                "three\n",
                berth.api("GET", "/containers/writer/logs?tail=1&stream=stdout", null)
                        .body());
        assertEquals(
                "two\n",
                berth.api("GET", "/containers/writer/logs?stream=stderr", null).body());
        String stamped = berth.api("GET", "/containers/writer/logs?timestamps=true", null)
                .body();
        assertTrue(stamped.matches("(?s)\\d{4}-.*Z one\n.*"), stamped);
        assertFalse(berth.api("GET", "/containers/writer/logs?timestamps", null)
                .body()
                .contains("Z one"));
        assertEquals(
                "",
                berth.api("GET", "/containers/writer/logs?since=2999-01-01T00:00:00Z", null)
                        .body());
        assertEquals(
                "",
                berth.api("GET", "/containers/writer/logs?until=2000-01-01T00:00:00%2B01:00", null)
                        .body());
        String lines = send("/containers/writer/logs?follow=true", "Accept", "application/x-ndjson")
                .body()
                .readLine();
        assertEquals(List.of("time", "stream", "data"), names(JSON.readTree(lines)));
        Berth.Result apart = berth.run("logs", "writer");
        assertEquals("one\nthree\n", apart.text());
        assertEquals("two\n", apart.complaint());
        assertEquals(
                "two\n",
                berth.run("logs", "--tail", "1", "--stream", "stderr", "writer").complaint());
        assertTrue(berth.run("logs", "-t", "writer").complaint().matches("\\d{4}-.*Z two\n"));
        berth.must("rm", "writer");
    }

    @Test
    void everyTypeOfTheContractMayBeAskedForAndATagIsTold() throws Exception {
        String id = berth.get("/images/one?reference=" + bed.image()).path("id").asText();
        berth.must("tag", id.replace("sha256:", ""), "localhost/tagged:1");
        assertEquals(
                id,
                berth.get("/images/one?reference=localhost/tagged:1").path("id").asText());
        try (BufferedReader stream = send(
                        "/events?type=image.tagged&type=image.loaded&type=container.health&since=0", "Accept", "*/*")
                .body()) {
            JsonNode tagged = nextEvent(stream);
            assertEquals("image.tagged", tagged.path("type").asText());
            assertEquals(id, tagged.path("object").asText());
            assertEquals("localhost/tagged:1", tagged.path("name").asText());
        }
        assertTrue(berth.must("images").contains("localhost/tagged"));
        berth.must("rmi", "localhost/tagged:1");
        assertEquals(422, berth.api("GET", "/events?type=image.painted", null).statusCode());
    }

    @Test
    void whatHappenedToOneThatIsGoneIsStillTold() throws Exception {
        String id = berth.must("create", "--name", "gone", bed.image(), "true");
        berth.must("rm", "gone");
        for (String asked : List.of(id, id.substring(0, 12), "gone")) {
            try (BufferedReader stream =
                    send("/events?since=0&container=" + asked, "Accept", "*/*").body()) {
                assertEquals("container.created", nextEvent(stream).path("type").asText());
                assertEquals("container.removed", nextEvent(stream).path("type").asText());
            }
        }
        assertEquals(
                404, berth.api("GET", "/events?since=0&container=never", null).statusCode());
    }

    /** One that is here already has not come. */
    @Test
    void aPullThatHasNothingToDoIsNoNews() throws Exception {
        String now = Instant.now().toString();
        String missing = "{\"reference\":\"%s\",\"policy\":\"missing\"}".formatted(bed.image());
        assertEquals(200, berth.api("POST", "/images/pull", missing).statusCode());
        berth.must("pull", bed.image());
        berth.must("tag", bed.image(), "localhost/after:1");
        try (BufferedReader stream = send("/events?type=image.pulled&type=image.tagged&since=" + now, "Accept", "*/*")
                .body()) {
            assertEquals("image.pulled", nextEvent(stream).path("type").asText());
            assertEquals("image.tagged", nextEvent(stream).path("type").asText());
        }
        berth.must("rmi", "localhost/after:1");
    }

    /** What is not UTF-8, ends of lines of all kinds, and a last line without one; also while it is followed. */
    @Test
    void logsTellTheStreamsApartByteForByte() throws Exception {
        String script = "printf 'a\\377\\r\\n\\000b'; printf '\\376\\n\\r\\nc' >&2";
        berth.must("run", "-d", "--name", "bytes", bed.image(), "sh", "-c", script);
        for (String tail : List.of("all", "9")) {
            Berth.Result log = berth.run("logs", "-f", "--tail", tail, "bytes");
            assertArrayEquals(new byte[] {'a', (byte) 0xff, '\r', '\n', 0, 'b'}, log.out());
            assertArrayEquals(new byte[] {(byte) 0xfe, '\n', '\r', '\n', 'c'}, log.err());
        }
        berth.must("rm", "bytes");
    }

    @Test
    void whoReadsTooSlowlyIsToldWhatWasMissed() throws Exception {
        String script = "echo begun; until [ -e /go ]; do sleep 0.1; done; yes 012345678 | head -c 80000000; echo over";
        berth.must("run", "-d", "--name", "much", bed.image(), "sh", "-c", script);
        try (BufferedReader slow = send("/containers/much/logs?follow=true", "Accept", "application/x-ndjson")
                .body()) {
            assertEquals("begun", JSON.readTree(slow.readLine()).path("data").asText());
            berth.must("exec", "much", "touch", "/go");
            berth.must("wait", "much");
            long skipped = 0;
            String last = "";
            for (String line = slow.readLine(); line != null; line = slow.readLine()) {
                JsonNode told = JSON.readTree(line);
                skipped += told.path("skipped").asLong();
                last = told.path("data").asText();
                assertTrue("012345678".contains(last) || last.equals("over"), line);
            }
            assertEquals("over", last);
            assertTrue(skipped > 10_000_000, "skipped " + skipped);
        }
        berth.must("rm", "much");
    }

    @Test
    void aTerminalHasNoStandardError() throws Exception {
        berth.must("run", "-d", "-t", "--name", "terminal", bed.image(), "sh", "-c", "echo one; echo two >&2");
        berth.must("wait", "terminal");
        Berth.Result log = berth.run("logs", "terminal");
        assertEquals("one\r\ntwo\r\n", log.text());
        assertEquals("", log.complaint());
        assertEquals("", berth.run("logs", "--stream", "stderr", "terminal").text());
        berth.must("rm", "terminal");
    }

    private record Streamed(BufferedReader body) {}

    private static Streamed send(String path, String header, String value) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(berth.url() + "/api/v1" + path))
                .header("Authorization", "Bearer " + berth.token())
                .header(header, value)
                .build();
        return new Streamed(new BufferedReader(new InputStreamReader(
                HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofInputStream())
                        .body(),
                StandardCharsets.UTF_8)));
    }

    private static JsonNode nextEvent(BufferedReader stream) throws IOException {
        for (String line = stream.readLine(); line != null; line = stream.readLine()) {
            if (line.startsWith("data: ")) {
                return JSON.readTree(line.substring("data: ".length()));
            }
        }
        throw new AssertionError("the stream ended");
    }

    @Test
    void eventsAreReplayedAfterTheLastOneAlsoByANewService() throws Exception {
        String begin = Instant.now().toString();
        berth.must("create", "--name", "seen", bed.image(), "true");
        JsonNode created;
        try (BufferedReader stream = send(
                        "/events?type=container.created&container=seen&since=" + begin, "Accept", "text/event-stream")
                .body()) {
            created = nextEvent(stream);
        }
        assertEquals(List.of("sequence", "time", "type", "object", "name", "attributes"), names(created));
        assertEquals("seen", created.path("name").asText());
        berth.must("rename", "seen", "found");
        String last = created.path("sequence").asText();
        try (BufferedReader stream = send("/events", "Last-Event-ID", last).body()) {
            assertEquals("container.renamed", nextEvent(stream).path("type").asText());
        }
        berth.stopService(true);
        berth.must("rm", "found");
        try (BufferedReader stream = send("/events?type=service.ready&type=container.removed", "Last-Event-ID", last)
                .body()) {
            assertEquals("service.ready", nextEvent(stream).path("type").asText());
            assertEquals("container.removed", nextEvent(stream).path("type").asText());
        }
        assertFalse(berth.get("/containers?all=true").toString().contains("found"));
    }

    /** More than the threads that a service usually has for requests. */
    @Test
    void thoseWhoWaitKeepNobodyOut() throws Exception {
        int waiting = 300;
        String id = berth.must("run", "-d", bed.image(), "sleep", "600").strip();
        long pid = berth.servicePid();
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest wait = HttpRequest.newBuilder(URI.create(berth.url() + "/api/v1/containers/" + id + "/wait"))
                .header("Authorization", "Bearer " + berth.token())
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < waiting; i++) {
            answers.add(client.sendAsync(wait, HttpResponse.BodyHandlers.ofString()));
        }
        Await.until("all of them wait", 30, () -> ServiceFigures.of(pid).connections() >= waiting);
        assertEquals(1, berth.get("/containers").size());
        berth.must("rm", "-f", id);
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertEquals("{\"exitCode\":137}", answer.get(30, TimeUnit.SECONDS).body());
        }
    }
}
