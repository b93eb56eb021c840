package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole job for a user to whom no administrator has given subordinate ids. */
@Timeout(300)
@Tag("ordinary-user")
class SingleIdServiceIT {
    private static ImageServer server;
    private static Nest nest;
    private static Berth berth;

    @BeforeAll
    static void begin() throws Exception {
        server = ImageServer.start();
        nest = new Nest("");
        berth = new Berth().within(nest.inside());
        berth.must("pull", server.image());
    }

    @AfterAll
    static void end() throws Exception {
        if (berth != null) {
            berth.close();
        }
        if (nest != null) {
            nest.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aProgramRunsAsTheOneUserThereIs() throws Exception {
        assertEquals(
                "0 0\n1\nhello",
                berth.must(
                        "run",
                        "--rm",
                        server.image(),
                        "sh",
                        "-c",
                        "echo $(id -u) $(id -g); wc -l </proc/self/uid_map; echo hello"));
    }

    /** The image gives it to user 1000. */
    @Test
    void filesOfOtherOwnersAreThere() throws Exception {
        assertEquals("0", berth.must("run", "--rm", server.image(), "sh", "-c", "cd /home/guest && stat -c %u ."));
    }

    @Test
    void programsRunInAContainerThatRuns() throws Exception {
        berth.must("run", "-d", "--name", "runs", server.image(), "sleep", "1000");
        assertEquals("0", berth.must("exec", "runs", "id", "-u"));
        berth.must("exec", "runs", "sh", "-c", "echo kept > /kept");
        berth.must("restart", "-t", "0", "runs");
        assertEquals("kept", berth.must("exec", "runs", "cat", "/kept"));
        berth.must("rm", "-f", "runs");
    }

    @Test
    void aContainerGoesOnWithoutTheServiceAndIsFoundByTheNext() throws Exception {
        berth.must("run", "-d", "--name", "outlives", server.image(), "sleep", "1000");
        String pid = berth.get("/containers/outlives").path("pid").asText();
        berth.stopService(true);
        assertEquals("0", berth.must("exec", "outlives", "id", "-u"));
        assertEquals(pid, berth.get("/containers/outlives").path("pid").asText());
        berth.must("rm", "-f", "outlives");
    }

    @Test
    void anotherUserIsRefusedWithTheWayOut() throws Exception {
        Berth.Result refused = berth.run("run", "--rm", "-u", "guest", server.image(), "id");
        assertEquals(125, refused.exit(), refused::toString);
        assertTrue(
                refused.complaint().contains("cannot run as user 1000: you have no subordinate ids"),
                refused::toString);
    }

    @Test
    void doctorSaysSoAndHowToGetThem() throws Exception {
        Berth.Result result = berth.run("doctor");
        assertEquals(0, result.exit(), result::toString);
        assertTrue(
                result.text().contains("has no subordinate ids: containers run in single-id mode"), result::toString);
        assertTrue(result.text().contains("sudo usermod --add-subuids 100000-165535"), result::toString);
        assertTrue(
                result.text().contains("ok      enter                  entered, with a single id\n"), result::toString);
        assertTrue(result.text().contains("ok      start                  can start a container\n"), result::toString);
        StreamSupport.stream(berth.get("/system/doctor").spliterator(), false)
                .filter(check -> check.path("name").asText().equals("subordinate-ids"))
                .forEach(check -> assertEquals("warning", check.path("verdict").asText(), check::toString));
    }
}
