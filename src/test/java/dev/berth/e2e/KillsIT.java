package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.launcher.MonitorRecord;
import dev.berth.launcher.ProcessIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Each process of a container is killed from outside: what the API and {@code ps} say afterwards is true, and nothing is left. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillsIT {
    private static final Path PROC = Path.of("/proc");

    private Stage stage;
    private Leaks leaks;

    @BeforeAll
    void begin() throws Exception {
        stage = new Stage();
    }

    @BeforeEach
    void before() throws Exception {
        stage.berth.must("ps");
        leaks = new Leaks(stage.berth.dataDirectory(), stage.berth.runtimeDirectory());
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        String all = stage.berth.must("ps", "-aq");
        for (String id : all.lines().toList()) {
            stage.berth.must("rm", "-f", id);
        }
        Await.until("nothing is left: " + left(), 20, () -> left().isEmpty());
    }

    /** A test that kills the service has another one afterwards. */
    private List<String> left() throws Exception {
        return leaks.look().stream()
                .filter(found -> !stage.berth.isService(found))
                .toList();
    }

    @AfterAll
    void end() throws Exception {
        if (stage != null) {
            stage.close();
        }
    }

    /** A web server with a forward. @return its port on this machine */
    private int start(String name) throws Exception {
        stage.berth.must(
                "run",
                "-d",
                "--name",
                name,
                "-p",
                "80",
                stage.image,
                "sh",
                "-c",
                "echo hello >/tmp/index.html; httpd -f -h /tmp");
        int port = inspect(name).path("ports").path(0).path("hostPort").asInt();
        Await.until("the server answers", 30, () -> Wire.servesPages(port));
        return port;
    }

    private JsonNode inspect(String name) throws Exception {
        return stage.berth.get("/containers/" + name);
    }

    /** As its monitor wrote it down, whether a service is there or not. */
    private MonitorRecord processes(String id) {
        return MonitorRecord.read(
                        stage.berth.dataDirectory().resolve("containers").resolve(id))
                .orElseThrow();
    }

    private String id(String name) throws Exception {
        return inspect(name).path("id").asText();
    }

    private static void kill(ProcessIdentity process) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-KILL", Integer.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    private void kill(String name, Function<MonitorRecord, ProcessIdentity> which) throws Exception {
        kill(which.apply(processes(id(name))));
    }

    private static ProcessIdentity network(MonitorRecord record) {
        return record.network().orElseThrow();
    }

    private String portState(String name) throws Exception {
        return inspect(name).path("ports").path(0).path("state").asText();
    }

    /** What is true of a container whose end nobody asked for. */
    private void hasEnded(String name, int port, String error) throws Exception {
        Await.until(
                "the end is known",
                20,
                () -> inspect(name).path("state").asText().equals("exited"));
        JsonNode view = inspect(name);
        assertEquals(137, view.path("exitCode").asInt());
        assertTrue(view.path("pid").isNull(), view::toString);
        assertEquals(
                error, view.path("error").isNull() ? null : view.path("error").asText());
        assertEquals("pending", view.path("ports").path(0).path("state").asText());
        Wire.isFree("tcp", port);
        assertEquals("", stage.berth.must("ps", "-q"));
        assertTrue(stage.berth.must("ps", "-a").contains("Exited (137)"));
        stage.berth.must("start", name);
        Await.until("it answers again", 30, () -> Wire.servesPages(port));
    }

    @Test
    void theProgram() throws Exception {
        int port = start("program");
        kill("program", record -> record.process().orElseThrow());
        hasEnded("program", port, null);
    }

    @Test
    void pidOne() throws Exception {
        int port = start("init");
        MonitorRecord record = processes(id("init"));
        kill(record.init());
        hasEnded("init", port, "the container was killed from outside");
        assertFalse(record.process().orElseThrow().isRunning(PROC));
    }

    @Test
    void theMonitor() throws Exception {
        int port = start("monitor");
        MonitorRecord record = processes(id("monitor"));
        kill(record.monitor());
        hasEnded("monitor", port, "its monitor was killed");
        assertFalse(record.init().isRunning(PROC));
        assertFalse(record.process().orElseThrow().isRunning(PROC));
        assertFalse(network(record).isRunning(PROC));
    }

    @Test
    void theMonitorAndTheServiceAtOnce() throws Exception {
        int port = start("both");
        MonitorRecord record = processes(id("both"));
        stage.berth.stopService(true);
        kill(record.monitor());
        stage.berth.must("ps");
        hasEnded("both", port, "its monitor was killed");
    }

    @Test
    void slirp4netnsIsReplacedAndItsForwardsAnswerAgain() throws Exception {
        int port = start("network");
        JsonNode before = inspect("network");
        for (int i = 0; i < 2; i++) {
            ProcessIdentity killed = network(processes(id("network")));
            kill(killed);
            Await.until(
                    "another one serves",
                    20,
                    () -> !network(processes(id("network"))).equals(killed));
            Await.until("the forward answers again", 20, () -> Wire.servesPages(port));
            Await.until("the forward is active", 20, () -> portState("network").equals("active"));
        }
        EventStream.await(
                stage.berth,
                before.path("id").asText(),
                event -> event.path("type").asText().equals("port.added"));
        JsonNode after = inspect("network");
        assertEquals(before.path("pid"), after.path("pid"));
        assertEquals("running", after.path("state").asText());
        assertTrue(after.path("error").isNull(), after::toString);
        // What it had before is still there from inside: the same address, and a name server.
        assertTrue(stage.berth
                .must("exec", "network", "ip", "addr", "show", "tap0")
                .contains(before.path("address").asText() + "/24"));
    }

    @Test
    void slirp4netnsWhileNoServiceIsThere() throws Exception {
        int port = start("alone");
        int pid = inspect("alone").path("pid").asInt();
        String id = id("alone");
        MonitorRecord before = processes(id);
        stage.berth.stopService(true);
        kill(network(before));
        Await.until("another one serves", 20, () -> !network(processes(id)).equals(network(before)));
        Wire.refuses(port);
        stage.berth.must("ps");
        Await.until("the forward answers again", 20, () -> Wire.servesPages(port));
        Await.until("the forward is active", 20, () -> portState("alone").equals("active"));
        assertEquals(pid, inspect("alone").path("pid").asInt());
        assertNotEquals(network(before), network(processes(id("alone"))));
    }

    /** Somebody else is faster: that is told, and the same request again tries it again. */
    @Test
    void slirp4netnsWhenThePortIsTakenMeanwhile() throws Exception {
        int port = start("late");
        try (ServerSocket thief = new ServerSocket()) {
            thief.setReuseAddress(true);
            kill("late", KillsIT::network);
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port);
            Await.until("the port is ours", 10, () -> {
                thief.bind(address);
                return true;
            });
            Await.until("the forward has failed", 20, () -> portState("late").equals("failed"));
            JsonNode forward = inspect("late").path("ports").path(0);
            EventStream.await(
                    stage.berth,
                    inspect("late").path("id").asText(),
                    event -> event.path("type").asText().equals("port.failed")
                            && event.path("attributes").path("reason").equals(forward.path("error")));
            assertTrue(forward.path("error").asText().contains("taken by"), forward::toString);
            assertEquals("running", inspect("late").path("state").asText());
            assertTrue(stage.berth.must("port", "ls", "late").contains("taken by"));
        }
        stage.berth.must("port", "add", "late", port + ":80");
        assertTrue(Wire.servesPages(port));
        assertEquals("active", portState("late"));
        assertEquals(1, inspect("late").path("ports").size());
    }
}
