package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The live socket as a program sees it that is no page: each topic's snapshot, changes and removals, and what is not understood. */
@Timeout(300)
class LiveIT {
    @RegisterExtension
    static final Testbed bed = new Testbed();

    private static Berth berth;

    @BeforeAll
    static void start() throws Exception {
        berth = bed.berth();
    }

    @Test
    void containersAreASnapshotThenChangesThenARemoval() throws Exception {
        try (LiveClient client = new LiveClient(berth)) {
            client.subscribe("containers");
            JsonNode snapshot = client.next();
            assertEquals("containers", snapshot.path("topic").asText());
            assertEquals("snapshot", snapshot.path("kind").asText());
            assertTrue(snapshot.path("data").isArray());
            String id =
                    berth.must("create", "--name", "seen", bed.image(), "true").strip();
            JsonNode change = client.next(it -> it.path("kind").asText().equals("change"));
            assertEquals(berth.get("/containers/seen"), change.path("data"));
            berth.must("rm", "seen");
            JsonNode removed = client.next(it -> it.path("kind").asText().equals("removed"));
            assertEquals(id, removed.path("data").path("id").asText());
        }
    }

    @Test
    void imagesAndEventsBeginWithWhatRestGives() throws Exception {
        try (LiveClient client = new LiveClient(berth)) {
            client.say("{\"subscribe\":[\"images\",\"events\"]}");
            assertEquals(
                    berth.get("/images"),
                    client.next(it -> it.path("topic").asText().equals("images"))
                            .path("data"));
            JsonNode events = client.next(it -> it.path("topic").asText().equals("events"));
            assertEquals("snapshot", events.path("kind").asText());
            assertTrue(events.path("data").toString().contains("image.pulled"), events.toString());
            berth.must("volume", "create", "live");
            JsonNode event = client.next(it -> it.path("topic").asText().equals("events"));
            assertEquals("change", event.path("kind").asText());
            assertEquals("volume.created", event.path("data").path("type").asText());
        }
    }

    @Test
    void statsAreASnapshotThenChangesAndEndWithTheirSubscription() throws Exception {
        String id = berth.must("run", "-d", bed.image(), "sleep", "1000").strip();
        try (LiveClient client = new LiveClient(berth)) {
            client.subscribe("stats:" + id);
            JsonNode first = client.next();
            assertEquals("snapshot", first.path("kind").asText());
            assertTrue(first.path("data").path("memory").path("used").asLong() > 0, first.toString());
            assertEquals("change", client.next().path("kind").asText());
            client.say("{\"unsubscribe\":[\"stats:" + id + "\"],\"subscribe\":[\"images\"]}");
            client.next(it -> it.path("topic").asText().equals("images"));
            client.subscribe("no-such-topic");
            assertEquals("no-such-topic", client.next().path("topic").asText(), "no stats in between");
        }
        berth.must("rm", "-f", id);
    }

    /** Much more than the heap of the service, were it taken as one message. */
    @Test
    void aLogOfVeryLongLinesArrivesWholeAndTheServiceGoesOn() throws Exception {
        long pid = berth.servicePid();
        int size = 24_000_000;
        String id = berth.must("run", "-d", bed.image(), "sh", "-c", "head -c " + size + " /dev/zero")
                .strip();
        berth.must("wait", id);
        try (LiveClient client = new LiveClient(berth)) {
            client.subscribe("logs:" + id + "/all");
            long arrived = 0;
            JsonNode message;
            do {
                message = client.next();
                for (JsonNode line : message.path("data").path("lines")) {
                    arrived += line.path("data").asText().length();
                }
            } while (!message.path("data").path("complete").asBoolean());
            assertEquals(size, arrived);
        }
        berth.must("rm", id);
        assertEquals(pid, berth.servicePid());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "\"containers\"",
                "{\"subscribe\":\"containers\"}",
                "{\"subscribe\":[null]}",
                "{\"subscribe\":[{}]}",
                "{\"subscribed\":[]}",
                "\u0000"
            })
    void whatIsNotUnderstoodIsSaidAndTheSocketGoesOn(String text) throws Exception {
        try (LiveClient client = new LiveClient(berth)) {
            client.say(text);
            goesOn(client);
        }
    }

    @Test
    void aBinaryMessageIsRefusedAndTheSocketGoesOn() throws Exception {
        try (LiveClient client = new LiveClient(berth)) {
            client.sayBytes(new byte[] {1, 2, 3});
            goesOn(client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "stats:nobody", "logs:nobody", "pull:0", "containers:x", ""})
    void aTopicThatIsNotThereIsSaidByItsName(String topic) throws Exception {
        try (LiveClient client = new LiveClient(berth)) {
            client.subscribe(topic);
            JsonNode answer = client.next();
            assertEquals(topic, answer.path("topic").asText());
            assertEquals("error", answer.path("kind").asText());
            assertFalse(answer.path("data").path("detail").asText().isEmpty());
        }
    }

    private static void goesOn(LiveClient client) throws Exception {
        JsonNode answer = client.next();
        assertEquals("error", answer.path("kind").asText(), answer.toString());
        assertTrue(answer.path("data").path("detail").asText().contains("subscribe")
                || answer.path("data").path("detail").asText().contains("JSON texts"));
        client.subscribe("images");
        assertEquals("snapshot", client.next().path("kind").asText());
    }
}
