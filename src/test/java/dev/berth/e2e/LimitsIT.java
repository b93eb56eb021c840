package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.launcher.MonitorRecord;
import dev.berth.rootfs.Need;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Memory, processors and processes are limited and counted by control groups, where this user has some. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitsIT {
    private static final long MIB = 1 << 20;
    /** More than any container here may have. */
    private static final String EAT = "tail /dev/zero";

    private Stage stage;
    private Berth berth;

    @BeforeAll
    void start() throws Exception {
        stage = new Stage();
        berth = stage.berth;
        JsonNode refused = berth.get("/system/info").path("refused");
        boolean all = List.of("memory", "memorySwap", "cpus", "pids").stream()
                .noneMatch(field -> refused.has("resources." + field));
        if (!all) {
            stage.close();
        }
        Need.that(all, "this test needs control groups that are this user's: " + refused);
    }

    @AfterEach
    void removeAll() throws Exception {
        berth.removeContainers();
    }

    @AfterAll
    void stop() throws Exception {
        if (stage != null) {
            stage.close();
        }
    }

    private JsonNode stats(String name) throws Exception {
        return berth.get("/containers/" + name + "/stats");
    }

    @Test
    void aProgramThatNeedsMoreMemoryIsEndedAndItIsSaidWhy() throws Exception {
        Berth.Result run = berth.run("run", "--name", "eater", "--memory", "24m", stage.image, "sh", "-c", EAT);
        assertEquals(137, run.exit(), run::complaint);
        JsonNode view = berth.get("/containers/eater");
        assertTrue(view.path("oomKilled").asBoolean(), view::toString);
        assertTrue(view.path("error").asText().contains("more memory than its limit of 24 MiB"), view::toString);
        EventStream.await(
                berth,
                view.path("id").asText(),
                event -> event.path("type").asText().equals("container.oom"));
        berth.must("start", "eater");
        berth.must("wait", "eater");
        assertTrue(berth.get("/containers/eater").path("oomKilled").asBoolean());
    }

    @Test
    void anotherEndIsNotTheKernels() throws Exception {
        berth.must("run", "-d", "--name", "killed", "--memory", "64m", stage.image, "sleep", "1000");
        berth.must("kill", "killed");
        berth.must("wait", "killed");
        JsonNode view = berth.get("/containers/killed");
        assertEquals(137, view.path("exitCode").asInt());
        assertFalse(view.path("oomKilled").asBoolean());
    }

    @Test
    void noMoreProcessesThanAllowedAreStarted() throws Exception {
        // The inner shell ends when it cannot have a fourth: what is left is three and the outer one.
        String many = "(for i in 1 2 3 4 5 6; do sleep 1000 & done); exec sleep 1000";
        berth.must("run", "-d", "--name", "many", "--pids", "5", stage.image, "sh", "-c", many);
        Await.until(
                "three of them run",
                20,
                () -> stats("many").path("pids").path("current").asInt() == 4);
        Berth.Result logs = berth.run("logs", "many");
        assertTrue(logs.complaint().contains("fork"), logs::toString);
        assertEquals(5, stats("many").path("pids").path("limit").asInt());
    }

    @Test
    void aSingleProcessIsEnoughForASingleProgram() throws Exception {
        assertEquals("alone", berth.must("run", "--rm", "--pids", "1", stage.image, "echo", "alone"));
    }

    @Test
    void noMoreOfTheProcessorsIsUsedThanAllowed() throws Exception {
        berth.must("run", "-d", "--name", "busy", "--cpus", "0.25", stage.image, "sh", "-c", "while :; do :; done");
        double begin = stats("busy").path("cpu").path("total").asDouble();
        long since = System.nanoTime();
        Await.until(
                "it has used a second",
                60,
                () -> stats("busy").path("cpu").path("total").asDouble() > begin + 1);
        double used = stats("busy").path("cpu").path("total").asDouble() - begin;
        double passed = (System.nanoTime() - since) / (double) TimeUnit.SECONDS.toNanos(1);
        assertTrue(used < passed * 0.25 + 0.2, used + " s of " + passed + " s");
    }

    @Test
    void whatAContainerUsesIsToldWithItsLimits() throws Exception {
        berth.must("run", "-d", "--name", "told", "--memory", "64m", "--pids", "9", stage.image, "sleep", "1000");
        berth.must("exec", "told", "sh", "-c", "dd if=/dev/zero of=/file bs=1M count=8 2>/dev/null; sync");
        JsonNode usage = stats("told");
        assertEquals(64 * MIB, usage.path("memory").path("limit").asLong(), usage::toString);
        assertEquals(9, usage.path("pids").path("limit").asInt(), usage::toString);
        assertEquals(1, usage.path("pids").path("current").asInt(), usage::toString);
        assertTrue(usage.path("memory").path("cache").asLong() >= 8 * MIB, usage::toString);
        assertTrue(usage.path("memory").path("used").asLong() < 32 * MIB, usage::toString);
        // Of version 2 a user is seldom given the controller of disks.
        JsonNode io = usage.path("io");
        assertTrue(
                io.isNull() || io.path("written").isNumber() && io.path("read").isNumber(), usage::toString);
    }

    @Test
    void whatRunsInAContainerLaterHasItsLimitsToo() throws Exception {
        berth.must("run", "-d", "--name", "host", "--memory", "24m", stage.image, "sleep", "1000");
        assertEquals(137, berth.run("exec", "host", "sh", "-c", EAT).exit());
        // A group of its own, of which nothing above can be seen.
        assertEquals("", berth.must("exec", "host", "sh", "-c", "grep -v ':/$' /proc/self/cgroup || true"));
        assertEquals("running", berth.get("/containers/host").path("state").asText());
        // It goes on without it: who wonders what is missing is told.
        EventStream.await(
                berth,
                berth.get("/containers/host").path("id").asText(),
                event -> event.path("type").asText().equals("container.oom"));
        // What ran in it later was the kernel's doing, its own end is not.
        berth.must("kill", "host");
        berth.must("wait", "host");
        assertFalse(berth.get("/containers/host").path("oomKilled").asBoolean());
    }

    @Test
    void aContainerThatHasEndedHasNoGroup() throws Exception {
        berth.must("run", "-d", "--name", "ends", stage.image, "sleep", "1000");
        String id = berth.get("/containers/ends").path("id").asText();
        assertTrue(Leaks.cgroups().stream().anyMatch(path -> path.contains(id)), "it had none");
        berth.must("stop", "-t", "0", "ends");
        assertTrue(Leaks.cgroups().stream().noneMatch(path -> path.contains(id)), Leaks.cgroups()::toString);
    }

    @Test
    void anotherServiceKnowsTheLimitsAndRemovesTheGroup() throws Exception {
        berth.must("run", "-d", "--name", "stays", "--memory", "24m", stage.image, "sleep", "1000");
        berth.must("run", "-d", "--name", "lives", "--memory", "32m", stage.image, "sleep", "1000");
        String dead = berth.get("/containers/stays").path("id").asText();
        berth.stopService(true);
        berth.must("ps");
        assertEquals(32 * MIB, stats("lives").path("memory").path("limit").asLong());
        assertEquals("here", berth.must("exec", "lives", "echo", "here"));
        berth.must("kill", "stays");
        berth.must("wait", "stays");
        assertTrue(Leaks.cgroups().stream().noneMatch(path -> path.contains(dead)), Leaks.cgroups()::toString);
    }

    private String state(String name) throws Exception {
        return berth.get("/containers/" + name).path("state").asText();
    }

    @Test
    void whatIsPausedStandsStillUntilItMayGoOn() throws Exception {
        berth.must("run", "-d", "--name", "counts", stage.image, "sh", "-c", "while :; do echo line; done");
        Await.until(
                "it writes",
                20,
                () -> !berth.must("logs", "--tail", "1", "counts").isEmpty());
        berth.must("pause", "counts");
        assertEquals("paused", state("counts"));
        assertTrue(berth.must("ps").contains("(paused)"));
        // What it had written may still be on its way through the monitor.
        Await.until("no more comes", 20, () -> size("counts") == size("counts"));
        long before = size("counts");
        berth.must("run", "--rm", stage.image, "true");
        assertEquals(before, size("counts"));
        Berth.Result exec = berth.run("exec", "counts", "true");
        assertEquals(125, exec.exit());
        assertTrue(exec.complaint().contains("it is paused; unpause it first"), exec::complaint);
        berth.must("pause", "counts");

        berth.stopService(true);
        assertTrue(berth.must("ps").contains("(paused)"), "another service does not know that it is paused");
        berth.must("unpause", "counts");
        assertEquals("running", state("counts"));
        Await.until("it goes on", 20, () -> size("counts") > before);
    }

    private long size(String name) throws Exception {
        Path directory = berth.dataDirectory()
                .resolve("containers")
                .resolve(berth.get("/containers/" + name).path("id").asText());
        long size = 0;
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "log*")) {
            for (Path log : logs) {
                size += Files.size(log);
            }
        }
        return size;
    }

    @Test
    void whatIsPausedCanBeEnded() throws Exception {
        for (String[] verb : new String[][] {{"stop", "-t", "0"}, {"kill"}, {"rm", "-f"}}) {
            berth.must("run", "-d", "--name", "frozen", stage.image, "sleep", "1000");
            berth.must("pause", "frozen");
            List<String> words = new ArrayList<>(List.of(verb));
            words.add("frozen");
            berth.must(words.toArray(String[]::new));
            if (!verb[0].equals("rm")) {
                berth.must("wait", "frozen");
                assertEquals(125, berth.run("pause", "frozen").exit());
                berth.must("rm", "frozen");
            }
        }
        assertEquals("", berth.must("ps", "-aq"));
    }

    @Test
    void portsOfWhatIsPausedChangeAtOnce() throws Exception {
        berth.must("run", "-d", "--name", "serves", stage.image, "httpd", "-f", "-p", "80", "-h", "/etc");
        int first = addPort("serves");
        Await.until("it serves", 20, () -> Wire.servesPages(first));
        berth.must("pause", "serves");
        berth.must("port", "rm", "serves", Integer.toString(first));
        Wire.refuses(first);
        int second = addPort("serves");
        JsonNode port = berth.get("/containers/serves").path("ports").path(0);
        assertEquals("active", port.path("state").asText(), port::toString);
        berth.must("unpause", "serves");
        assertTrue(Wire.servesPages(second));
    }

    private int addPort(String name) throws Exception {
        return Integer.parseInt(berth.must("port", "add", name, "80").replaceAll("127\\.0\\.0\\.1:(\\d+)/.*", "$1"));
    }

    @Test
    void theEndOfAPausedContainersMonitorIsItsEnd() throws Exception {
        berth.must("run", "-d", "--name", "frozen", stage.image, "sleep", "1000");
        JsonNode view = berth.get("/containers/frozen");
        long monitor = MonitorRecord.read(berth.dataDirectory()
                        .resolve("containers")
                        .resolve(view.path("id").asText()))
                .orElseThrow()
                .monitor()
                .pid();
        berth.must("pause", "frozen");
        new ProcessBuilder("kill", "-KILL", Long.toString(monitor)).start().waitFor();
        Await.until("the end is known", 30, () -> state("frozen").equals("exited"));
        assertFalse(ProcessHandle.of(view.path("pid").asLong()).isPresent(), "its program is left");
    }

    @Test
    void aFailedStartLeavesNoGroup() throws Exception {
        assertEquals(
                127,
                berth.run("run", "--name", "absent", stage.image, "/no/such").exit());
        String id = berth.get("/containers/absent").path("id").asText();
        assertTrue(Leaks.cgroups().stream().noneMatch(path -> path.contains(id)), Leaks.cgroups()::toString);
    }

    @Test
    void limitsOfARunningContainerAreChangedAndTakenAway() throws Exception {
        berth.must("run", "-d", "--name", "changes", "--memory", "64m", "--pids", "9", stage.image, "sleep", "1000");
        berth.must("update", "--memory", "32m", "--cpus", "0.5", "changes");
        assertEquals(32 * MIB, stats("changes").path("memory").path("limit").asLong());
        assertEquals(9, stats("changes").path("pids").path("limit").asInt());
        assertEquals(137, berth.run("exec", "changes", "sh", "-c", EAT).exit());
        JsonNode resources = berth.get("/containers/changes").path("config").path("resources");
        assertEquals(0.5, resources.path("cpus").asDouble());

        assertEquals(200, patch("changes", "{\"resources\":{\"memory\":null}}"));
        assertTrue(stats("changes").path("memory").path("limit").isNull());
        assertEquals(9, stats("changes").path("pids").path("limit").asInt());
        assertEquals(200, patch("changes", "{\"resources\":{\"pids\":null}}"));
        assertTrue(stats("changes").path("pids").path("limit").isNull());
        resources = berth.get("/containers/changes").path("config").path("resources");
        assertEquals(0.5, resources.path("cpus").asDouble());
        assertEquals(422, patch("changes", "{\"resources\":{\"memory\":1}}"));
        assertEquals(422, patch("changes", "{\"resources\":{\"cpus\":4000}}"));
        assertEquals(422, patch("changes", "{\"resources\":{\"memory\":\"1g\"}}"));
        assertEquals(422, patch("changes", "{\"resources\":{\"disk\":1}}"));
        assertEquals(422, patch("changes", "{\"name\":\"other\"}"));
        assertEquals(422, patch("changes", "{\"restart\":{\"policy\":\"always\"}}"));
        assertEquals(404, patch("nobody", "{}"));

        berth.must("exec", "changes", "sh", "-c", "head -c 20000000 /dev/zero > /dev/shm/full");
        assertEquals(409, patch("changes", "{\"resources\":{\"memory\":8000000}}"));
        assertEquals("running", state("changes"));
        berth.must("stop", "-t", "0", "changes");
        berth.must("update", "--pids", "3", "changes");
        berth.must("start", "changes");
        assertEquals(3, stats("changes").path("pids").path("limit").asInt());
    }

    private int patch(String name, String body) throws Exception {
        return berth.api("PATCH", "/containers/" + name, body).statusCode();
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        for (String[] wrong : new String[][] {
            {"--memory", "1m", "memory"}, {"--cpus", "1000", "cpus"}, {"--cpus", "0", "cpus"}, {"--pids", "0", "pids"}
        }) {
            Berth.Result result = berth.run("create", wrong[0], wrong[1], stage.image);
            assertEquals(125, result.exit());
            assertTrue(result.complaint().contains("cannot limit " + wrong[2]), result::complaint);
        }
        assertEquals("", berth.must("ps", "-aq"));
    }
}
