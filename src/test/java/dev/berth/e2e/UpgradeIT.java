package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.rootfs.Need;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Containers that the build before this one has started are managed by this one: its service takes over the directories, and the monitors
 * of the old build go on. {@code BERTH_PREVIOUS} is that build's checkout; the script of the tests makes it from the history.
 */
@Tag("upgrade")
@Timeout(600)
class UpgradeIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Path previous() {
        String given = System.getenv("BERTH_PREVIOUS");
        Need.that(
                given != null && !given.isEmpty(), "this test needs the build before this one: run it by ./berth test");
        return Path.of(given);
    }

    @Test
    void whatTheBuildBeforeHasStartedIsManagedByThisOne() throws Exception {
        try (ImageServer server = ImageServer.start();
                Berth berth = new Berth(previous())) {
            berth.must("pull", server.image());
            Witness witness = new Witness(berth, server.image(), "witness", false);
            Witness terminal = new Witness(berth, server.image(), "witness-at-a-terminal", true);
            berth.must(
                    "run", "-d", "--name", "web", "-p", ":80", server.image(), "httpd", "-f", "-p", "80", "-h", "/www");
            assertEquals(
                    5,
                    berth.run("run", "--name", "ended", server.image(), "sh", "-c", "echo before; exit 5")
                            .exit());
            berth.must("create", "--name", "created", "-v", "/kept", server.image(), "sh", "-c", "echo now > /kept/it");
            berth.must("run", "-d", "-i", "--name", "echoes", server.image(), "cat");
            String session = session(berth, "echoes");
            String old = berth.get("/containers/web").path("pid").asText();
            int port = berth.get("/containers/web")
                    .path("ports")
                    .path(0)
                    .path("hostPort")
                    .asInt();
            assertTrue(Page.at(port).contains("hello from a container"));
            berth.stopService(true);

            berth.use(Berth.checkout());
            berth.must("ps", "-a");
            witness.mustRunOn();
            terminal.mustRunOn();
            assertEquals(old, berth.get("/containers/web").path("pid").asText());
            endedAndCreatedOnes(berth);
            inputAndSessions(berth, session);
            ports(berth, port);
            stopAndStart(berth, old);
            witness.mustHaveCounted();
            terminal.mustHaveCounted();
            Leaks leaks = new Leaks(berth.dataDirectory(), berth.runtimeDirectory());
            berth.must("rm", "-f", "witness", "witness-at-a-terminal", "web", "ended", "created", "echoes");
            assertEquals(List.of(), leaks.found());
        }
    }

    private static String session(Berth berth, String container) throws Exception {
        HttpResponse<String> made = berth.api(
                "POST",
                "/containers/" + container + "/exec",
                "{\"command\":[\"sh\",\"-c\",\"while read l; do echo got $l; done; exit 4\"],\"openStdin\":true}");
        assertEquals(201, made.statusCode(), made.body());
        return JSON.readTree(made.body()).path("id").asText();
    }

    private static void endedAndCreatedOnes(Berth berth) throws Exception {
        JsonNode ended = berth.get("/containers/ended");
        assertEquals("exited", ended.path("state").asText());
        assertEquals(5, ended.path("exitCode").asInt());
        assertEquals("before", berth.must("logs", "ended"));
        berth.must("start", "ended");
        Await.until(
                "its second run is in its log",
                10,
                () -> berth.must("logs", "ended").equals("before\nbefore"));
        assertEquals("created", berth.get("/containers/created").path("state").asText());
        berth.must("start", "-a", "created");
        assertEquals(0, berth.get("/containers/created").path("exitCode").asInt());
    }

    private static void inputAndSessions(Berth berth, String session) throws Exception {
        assertEquals("hi", berth.must("exec", "echoes", "echo", "hi"));
        try (SessionClient main = new SessionClient(berth, "/containers/echoes/attach?from=0")) {
            main.type("round\n");
            main.await("round\n");
        }
        assertTrue(berth.get("/exec/" + session).path("running").asBoolean());
        try (SessionClient client = new SessionClient(berth, "/exec/" + session + "/attach?from=0")) {
            client.type("one\n");
            client.await("got one\n");
        }
    }

    private static void ports(Berth berth, int port) throws Exception {
        assertTrue(Page.at(port).contains("hello from a container"));
        HttpResponse<String> added =
                berth.api("POST", "/containers/web/ports", "{\"containerPort\":80,\"protocol\":\"tcp\"}");
        assertEquals(201, added.statusCode(), added.body());
        int second = JSON.readTree(added.body()).path("hostPort").asInt();
        assertTrue(Page.at(second).contains("hello from a container"));
        assertEquals(
                204,
                berth.api("DELETE", "/containers/web/ports/tcp/" + port, null).statusCode());
        Page.mustBeGone(port);
        assertTrue(Page.at(second).contains("hello from a container"));
    }

    private static void stopAndStart(Berth berth, String old) throws Exception {
        int port = berth.get("/containers/web")
                .path("ports")
                .path(0)
                .path("hostPort")
                .asInt();
        berth.must("stop", "-t", "1", "web");
        Page.mustBeGone(port);
        berth.must("start", "web");
        assertNotEquals(old, berth.get("/containers/web").path("pid").asText());
        assertTrue(Page.at(port).contains("hello from a container"));
    }
}
