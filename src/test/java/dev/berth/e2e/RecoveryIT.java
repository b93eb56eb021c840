package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The service is killed; a new one finds the containers that ran on, those that ended, and nothing half made. */
@Timeout(600)
class RecoveryIT {
    @RegisterExtension
    static final Testbed bed = new Testbed();

    private static Berth berth;

    @BeforeAll
    static void start() throws Exception {
        berth = bed.berth();
    }

    private static JsonNode inspect(String name) throws Exception {
        return berth.get("/containers/" + name);
    }

    private static boolean exists(String name) throws Exception {
        return berth.api("GET", "/containers/" + name, null).statusCode() == 200;
    }

    private static void killService() throws Exception {
        berth.stopService(true);
    }

    @Test
    void aContainerRunsOnUnderTheSamePidAndNoOutputIsLost() throws Exception {
        berth.must(
                "run",
                "-d",
                "--name",
                "counter",
                bed.image(),
                "sh",
                "-c",
                "i=0; while :; do echo $i; i=$((i+1)); sleep 0.05; done");
        int pid = inspect("counter").path("pid").asInt();
        for (int i = 0; i < 2; i++) {
            killService();
            berth.must("ps");
            assertEquals("running", inspect("counter").path("state").asText());
            assertEquals(pid, inspect("counter").path("pid").asInt());
        }
        assertEquals("hi", berth.must("exec", "counter", "echo", "hi"));
        List<String> lines = berth.must("logs", "counter").lines().toList();
        assertTrue(lines.size() > 10, lines::toString);
        for (int i = 0; i < lines.size(); i++) {
            assertEquals(Integer.toString(i), lines.get(i));
        }
        berth.must("stop", "-t", "1", "counter");
        assertFalse(Files.exists(Path.of("/proc", Integer.toString(pid), "exe")));
    }

    @Test
    void whatEndedMeanwhileIsToldWithItsCode() throws Exception {
        berth.must("run", "-d", "--name", "ends", bed.image(), "sh", "-c", "sleep 2; echo bye; exit 5");
        berth.must("run", "-d", "--rm", "--name", "goes", bed.image(), "sh", "-c", "sleep 2; exit 6");
        List<Path> programs = new ArrayList<>();
        for (String name : List.of("ends", "goes")) {
            programs.add(Path.of("/proc", inspect(name).path("pid").asText()));
        }
        killService();
        Await.until("both have ended", 30, () -> programs.stream().noneMatch(Files::exists));
        berth.must("ps");
        assertEquals("exited", inspect("ends").path("state").asText());
        assertEquals(5, inspect("ends").path("exitCode").asInt());
        assertEquals("bye", berth.must("logs", "ends"));
        Await.until("it is removed", 5, () -> !exists("goes"));
    }

    @Test
    void aForwardAnswersAgain() throws Exception {
        berth.must("run", "-d", "--name", "web", "-p", ":80", bed.image(), "httpd", "-f", "-p", "80", "-h", "/www");
        int port = inspect("web").path("ports").path(0).path("hostPort").asInt();
        assertTrue(Page.at(port).contains("hello from a container"));
        killService();
        assertTrue(Page.at(port).contains("hello from a container"));
        berth.must("ps");
        assertEquals(
                "active", inspect("web").path("ports").path(0).path("state").asText());
        berth.must("stop", "-t", "1", "web");
        berth.must("start", "web");
        assertTrue(Page.at(port).contains("hello from a container"));
    }

    @Test
    void aKilledMonitorIsToldAndTheContainerStartsAgain() throws Exception {
        berth.must("run", "-d", "--name", "orphan", bed.image(), "sleep", "1000");
        JsonNode container = inspect("orphan");
        Path record = berth.dataDirectory()
                .resolve("containers")
                .resolve(container.path("id").asText())
                .resolve("monitor");
        String monitor = Files.readAllLines(record).stream()
                .filter(line -> line.startsWith("monitor "))
                .findFirst()
                .orElseThrow()
                .split(" ")[1];
        new ProcessBuilder("kill", "-KILL", monitor).start().waitFor();
        Await.until(
                "its end is told",
                5,
                () -> inspect("orphan").path("state").asText().equals("exited"));
        assertEquals(137, inspect("orphan").path("exitCode").asInt());
        assertTrue(inspect("orphan").path("error").asText().contains("monitor"));
        assertFalse(Files.exists(
                Path.of("/proc", container.path("pid").asText(), "exe"), java.nio.file.LinkOption.NOFOLLOW_LINKS));
        berth.must("start", "orphan");
        assertEquals("running", inspect("orphan").path("state").asText());
    }

    /** As logging out does it to a user who does not linger. */
    @Test
    void whatRunsIsReachedAgainWhenTheRuntimeDirectoryWasDeleted() throws Exception {
        Witness witness = new Witness(berth, bed.image(), "left-behind", false);
        berth.must(
                "run", "-d", "--name", "left-web", "-p", ":80", bed.image(), "httpd", "-f", "-p", "80", "-h", "/www");
        int port = inspect("left-web").path("ports").path(0).path("hostPort").asInt();
        long service = berth.servicePid();
        deleteRuntimeDirectory();
        Await.until("the service can be found again", 30, () -> berth.servicePid() == service);
        reached(witness, port);
        killService();
        deleteRuntimeDirectory();
        berth.must("ps");
        reached(witness, port);
        berth.must("rm", "-f", "left-behind", "left-web");
        Page.mustBeGone(port);
    }

    private static void reached(Witness witness, int port) throws Exception {
        witness.mustRunOn();
        assertEquals("here", berth.must("exec", witness.name(), "echo", "here"));
        try (SessionClient viewer = new SessionClient(berth, "/containers/" + witness.name() + "/attach?from=0")) {
            viewer.await(witness.mustHaveCounted() + 5 + "\n");
        }
        assertTrue(Page.at(port).contains("hello from a container"));
    }

    /** With all that is in it; of root's service only that, since its user cannot make it again in a directory of root's. */
    private static void deleteRuntimeDirectory() throws Exception {
        List<String> command =
                new ArrayList<>(List.of("find", berth.runtimeDirectory().toString()));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-mindepth", "1"));
        }
        command.add("-delete");
        assertEquals(0, new ProcessBuilder(command).start().waitFor());
    }

    @Test
    void theSecondServiceSaysWhoHoldsTheDirectory() throws Exception {
        berth.must("ps");
        long holder = berth.servicePid();
        Berth.Result second = berth.with("BERTH_RUNTIME_DIR", berth.runtimeDirectory() + "-other")
                .run("ps");
        berth.with("BERTH_RUNTIME_DIR", berth.runtimeDirectory().toString());
        assertEquals(125, second.exit(), second::toString);
        assertEquals(
                "berth: cannot start the service: cannot use data directory " + berth.dataDirectory()
                        + ": another Berth (pid " + holder
                        + ") is using it; stop that one or set BERTH_DATA_DIR to another directory",
                second.complaint().strip());
        assertEquals(holder, berth.servicePid());
    }

    /** The first one still ends while a client starts the next. */
    @Test
    void aStartWhileTheServiceIsEndingWaitsForIt() throws Exception {
        for (int i = 0; i < Repeat.times(50); i++) {
            berth.must("ps");
            long ending = berth.servicePid();
            assertEquals(
                    0, new ProcessBuilder("kill", Long.toString(ending)).start().waitFor());
            Await.until(
                    "its record is gone",
                    10,
                    () -> !Files.exists(berth.runtimeDirectory().resolve("service.json")));
            berth.must("ps");
            assertTrue(berth.servicePid() != ending);
        }
    }

    @Test
    void aPullGoesOnWhereItWasWhenTheServiceWasKilled() throws Exception {
        try (ImageServer slow = ImageServer.start(5)) {
            slow.slow(1 << 20);
            Process pull = berth.start("pull", slow.image());
            Await.until("a megabyte is here", 60, () -> partial() > 1 << 20);
            killService();
            assertTrue(pull.waitFor(Await.seconds(60), TimeUnit.SECONDS));
            assertEquals(125, pull.exitValue());
            long kept = partial();
            slow.slow(Integer.MAX_VALUE);
            berth.must("pull", slow.image());
            assertEquals(kept, slow.resumedAt());
            assertEquals(0, partial());
            assertEquals("4194304", berth.must("run", "--rm", slow.image(), "stat", "-c", "%s", "/opt/noise"));
        }
    }

    /** How much is here of what is being fetched. */
    private static long partial() throws IOException {
        long size = 0;
        try (Stream<Path> partials = Files.list(berth.dataDirectory().resolve("partial"))) {
            for (Path partial : partials.toList()) {
                size += Files.size(partial);
            }
        }
        return size;
    }
}
