package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The service is killed; a new one finds the containers that ran on, those that ended, and nothing half made. */
@Timeout(600)
class RecoveryIT {
    private static ImageServer server;
    private static Berth berth;

    @BeforeAll
    static void start() throws Exception {
        server = ImageServer.start();
        berth = new Berth();
        berth.must("pull", server.image());
    }

    @AfterAll
    static void end() throws Exception {
        if (berth != null) {
            berth.close();
        }
        if (server != null) {
            server.close();
        }
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
                server.image(),
                "sh",
                "-c",
                "i=0; while :; do echo $i; i=$((i+1)); sleep 0.05; done");
        int pid = inspect("counter").path("pid").asInt();
        for (int i = 0; i < 2; i++) {
            killService();
            Thread.sleep(300);
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
        berth.must("run", "-d", "--name", "ends", server.image(), "sh", "-c", "sleep 2; echo bye; exit 5");
        berth.must("run", "-d", "--rm", "--name", "goes", server.image(), "sh", "-c", "sleep 2; exit 6");
        killService();
        Thread.sleep(4000);
        berth.must("ps");
        assertEquals("exited", inspect("ends").path("state").asText());
        assertEquals(5, inspect("ends").path("exitCode").asInt());
        assertEquals("bye", berth.must("logs", "ends"));
        for (int i = 0; i < 50 && exists("goes"); i++) {
            Thread.sleep(100);
        }
        assertFalse(exists("goes"));
    }

    @Test
    void aForwardAnswersAgain() throws Exception {
        berth.must("run", "-d", "--name", "web", "-p", ":80", server.image(), "httpd", "-f", "-p", "80", "-h", "/www");
        int port = inspect("web").path("ports").path(0).path("hostPort").asInt();
        assertTrue(fetch(port).contains("hello from a container"));
        killService();
        assertTrue(fetch(port).contains("hello from a container"));
        berth.must("ps");
        assertEquals(
                "active", inspect("web").path("ports").path(0).path("state").asText());
        berth.must("stop", "-t", "1", "web");
        berth.must("start", "web");
        assertTrue(fetch(port).contains("hello from a container"));
    }

    private static String fetch(int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .build();
        for (int i = 0; ; i++) {
            try {
                return HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .body();
            } catch (IOException notYet) {
                if (i == 50) {
                    throw notYet;
                }
                Thread.sleep(100);
            }
        }
    }

    @Test
    void aKilledMonitorIsToldAndTheContainerStartsAgain() throws Exception {
        berth.must("run", "-d", "--name", "orphan", server.image(), "sleep", "1000");
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
        for (int i = 0; i < 100 && !inspect("orphan").path("state").asText().equals("exited"); i++) {
            Thread.sleep(50);
        }
        assertEquals("exited", inspect("orphan").path("state").asText());
        assertEquals(137, inspect("orphan").path("exitCode").asInt());
        assertTrue(inspect("orphan").path("error").asText().contains("monitor"));
        assertFalse(Files.exists(
                Path.of("/proc", container.path("pid").asText(), "exe"), java.nio.file.LinkOption.NOFOLLOW_LINKS));
        berth.must("start", "orphan");
        assertEquals("running", inspect("orphan").path("state").asText());
    }

    /** Each phase of create, start, stop and remove is hit by some of the moments; the seed is printed, so that a failure can be had again. */
    @Test
    void aServiceThatIsKilledInTheMiddleLeavesTheTruth() throws Exception {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        int times = "1".equals(System.getenv("BERTH_SOAK")) ? 100 : 6;
        System.out.println("RecoveryIT seed " + seed);
        Random random = new Random(seed);
        berth.must("run", "-d", "--name", "witness", server.image(), "sleep", "100000");
        int pid = inspect("witness").path("pid").asInt();
        for (int i = 0; i < times; i++) {
            String name = "victim" + i;
            String[] verb = List.of(
                            new String[] {"create", "--name", name, server.image(), "sleep", "1000"},
                            new String[] {"run", "-d", "--name", name, server.image(), "sleep", "1000"},
                            new String[] {"restart", "-t", "0", "witness2"},
                            new String[] {"rm", "-f", "witness2"})
                    .get(random.nextInt(4));
            if (!exists("witness2")) {
                berth.must("run", "-d", "--name", "witness2", server.image(), "sleep", "1000");
            }
            Process victim = berth.start(verb);
            Thread.sleep(200 + random.nextInt(600));
            killService();
            victim.waitFor();
            berth.must("ps");
            assertEquals(pid, inspect("witness").path("pid").asInt(), "seed " + seed + ", round " + i);
            for (JsonNode container : berth.get("/containers?all=true")) {
                String state = container.path("state").asText();
                boolean alive = !container.path("pid").isNull()
                        && Files.exists(Path.of("/proc", container.path("pid").asText()));
                assertTrue(List.of("created", "running", "exited").contains(state), container::toString);
                assertEquals(state.equals("running"), alive, "seed " + seed + ", round " + i + ": " + container);
            }
        }
    }
}
