package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The end of a program is told once, in order, and is no more and no less than what was asked for. */
@Timeout(300)
class EndsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What goes wrong by chance does so in one of a few. */
    private static final int TIMES = 15;

    @RegisterExtension
    static final Testbed bed = new Testbed();

    private static Berth berth;

    @BeforeAll
    static void start() {
        berth = bed.berth();
    }

    @AfterEach
    void removeAll() throws Exception {
        berth.removeContainers();
    }

    private static JsonNode post(String path) throws Exception {
        HttpResponse<String> response = berth.api("POST", path, null);
        assertEquals(200, response.statusCode(), response.body());
        return JSON.readTree(response.body());
    }

    private static String state(String container) throws Exception {
        return berth.get("/containers/" + container).path("state").asText();
    }

    @Test
    void aRestartKeepsWhatIsRemovedWhenItEnds() throws Exception {
        berth.must("run", "-d", "--rm", "--name", "brief", bed.image(), "sleep", "1000");
        for (int i = 0; i < TIMES; i++) {
            assertEquals(
                    "running",
                    post("/containers/brief/restart?timeout=0").path("state").asText());
            assertEquals("running", state("brief"));
        }
        post("/containers/brief/kill");
        berth.api("POST", "/containers/brief/wait?condition=removed", null);
        assertEquals(404, berth.api("GET", "/containers/brief", null).statusCode());
    }

    /** The name of this one looks as those that nobody gives: what counts is who has written it. */
    @Test
    void aVolumeThatTheUserNamesOutlivesTheContainerThatIsRemovedAtItsEnd() throws Exception {
        String volume = berth.must("volume", "create");
        berth.must("run", "--rm", "-v", volume + ":/d", "-v", "/own", bed.image(), "touch", "/d/x");
        assertEquals(volume, berth.must("volume", "ls", "-q"));
        assertEquals("x", berth.must("run", "--rm", "-v", volume + ":/d", bed.image(), "ls", "/d"));
        berth.must("volume", "rm", volume);
    }

    @Test
    void aStartThatFailsLeavesNothingOfWhatIsToBeRemovedAtItsEnd() throws Exception {
        assertEquals(
                127,
                berth.run("run", "--rm", "-v", "/own", "--name", "fails", bed.image(), "/nosuch")
                        .exit());
        String request =
                "{\"image\":\"%s\",\"name\":\"fails\",\"command\":[\"/nosuch\"],\"autoRemove\":true,\"mounts\":[{\"type\":\"volume\",\"target\":\"/own\"}]}"
                        .formatted(bed.image());
        assertEquals(201, berth.api("POST", "/containers", request).statusCode(), "the name is free");
        HttpResponse<String> start = berth.api("POST", "/containers/fails/start", null);
        assertEquals(127, JSON.readTree(start.body()).path("exitCode").asInt(), start.body());
        assertEquals(404, berth.api("GET", "/containers/fails", null).statusCode());
        assertEquals(0, berth.get("/volumes").size());
    }

    @Test
    void aRestartThatEndsAtOnceIsAnEnd() throws Exception {
        String second = "test -e /second && exit 3; touch /second; sleep 1000";
        String id = berth.must("run", "-d", "--rm", "-p", "80", "--name", "short", bed.image(), "sh", "-c", second);
        Await.until(
                "it has begun",
                20,
                () -> berth.run("exec", "short", "test", "-e", "/second").exit() == 0);
        berth.api("POST", "/containers/short/restart?timeout=0", null);
        HttpResponse<String> gone = berth.api("POST", "/containers/" + id + "/wait?condition=removed", null);
        assertTrue(List.of(200, 404).contains(gone.statusCode()), gone.body());
        assertEquals(404, berth.api("GET", "/containers/short", null).statusCode());
    }

    @Test
    void aKillIsOverWhenTheProgramIs() throws Exception {
        berth.must("run", "-d", "--name", "killed", bed.image(), "sleep", "1000");
        for (int i = 0; i < TIMES; i++) {
            assertEquals("exited", post("/containers/killed/kill").path("state").asText());
            assertEquals(
                    "running", post("/containers/killed/start").path("state").asText());
            assertEquals("running", state("killed"));
        }
    }

    @Test
    void anEndThatCannotBeWrittenIsKnownAllTheSame() throws Exception {
        String ends = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done";
        String id = berth.must("run", "-d", "--name", "unwritten", bed.image(), "sh", "-c", ends);
        Await.until(
                "it can be told to end",
                20,
                () -> berth.must("logs", "unwritten").equals("ready"));
        Path record = berth.dataDirectory().resolve("containers").resolve(id).resolve("container.json");
        Path away = Files.move(record, record.resolveSibling("away"));
        Files.createDirectories(record.resolve("in the way"));
        try {
            JsonNode stopped = post("/containers/unwritten/stop");
            assertEquals("exited", stopped.path("state").asText());
            assertEquals(7, stopped.path("exitCode").asInt());
        } finally {
            Files.delete(record.resolve("in the way"));
            Files.delete(record);
            Files.move(away, record);
        }
        berth.must("rm", "unwritten");
    }

    @Test
    void theStartOfAnExecIsToldBeforeItsEndAndItsEndOnce() throws Exception {
        berth.must("run", "-d", "--name", "runs", bed.image(), "sleep", "1000");
        for (int i = 0; i < TIMES; i++) {
            berth.must("exec", "-d", "runs", "true");
        }
        Await.until("all are over", 60, () -> told("exec.exited").size() == TIMES);
        List<String> both = told("exec.");
        for (String ended : told("exec.exited")) {
            String started = ended.replace("exited", "started");
            assertTrue(
                    both.contains(started) && both.indexOf(started) < both.indexOf(ended),
                    () -> String.join("\n", both));
        }
        berth.stopService(true);
        assertTrue(berth.must("ps").contains("runs"));
        assertEquals(List.of(), told("exec."), "told again by the next service");
    }

    /** Type and object of the events of these types, up to now. */
    private static List<String> told(String type) throws Exception {
        String marker = berth.must("create", bed.image(), "true");
        berth.must("rm", marker);
        return EventStream.upTo(berth, event -> event.path("object").asText().equals(marker)).stream()
                .map(event ->
                        event.path("type").asText() + " " + event.path("object").asText())
                .filter(line -> line.startsWith(type))
                .toList();
    }
}
