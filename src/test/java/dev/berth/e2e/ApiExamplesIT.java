package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.rootfs.Need;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The examples of the API's contract are sent as they are, and the answers have the fields that it shows: all of them, always. */
@Timeout(300)
class ApiExamplesIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The contract's example of a container, in which each thing of a later version can be taken out by its name. */
    private static final String EXAMPLE = """
            {"image":"%s","name":"web","command":["httpd","-f"],"entrypoint":null,"env":{"A":"1"},"workingDir":null,"user":null,
            "tty":false,"openStdin":false,"hostname":null,"labels":{},
            "ports":[{"hostAddress":"127.0.0.1","hostPort":null,"containerPort":80,"protocol":"tcp"}],
            "mounts":[{"type":"bind","source":"%s","target":"/src","readOnly":false}],
            "resources":{"memory":268435456,"memorySwap":null,"cpus":1.5,"pids":200},
            "restart":{"policy":"on-failure","maxRetries":0},"stopTimeout":10,"autoRemove":false,"network":"slirp4netns",
            "readOnly":false,"capAdd":[],"capDrop":[],"noNewPrivileges":false,"seccomp":null,"healthcheck":null,"pull":"missing"}
            """;

    @RegisterExtension
    static final Testbed bed = new Testbed();

    private static Berth berth;
    private static Path source;

    @BeforeAll
    static void start() throws Exception {
        berth = bed.berth();
        source = Files.createTempDirectory(Path.of("/tmp"), "api-example");
        source.toFile().setReadable(true, false);
        source.toFile().setExecutable(true, false);
    }

    @AfterAll
    static void end() throws Exception {
        if (source != null) {
            Files.deleteIfExists(source);
        }
    }

    private static ObjectNode example() throws IOException {
        return (ObjectNode) JSON.readTree(EXAMPLE.formatted(bed.image(), source));
    }

    private static JsonNode answer(int status, String method, String path, String body) throws Exception {
        HttpResponse<String> response = berth.api(method, path, body);
        assertEquals(status, response.statusCode(), response.body());
        return response.body().isEmpty() ? null : JSON.readTree(response.body());
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void theExampleOfAContainerIsTakenButForWhatIsNotThereYet() throws Exception {
        ObjectNode example = example();
        JsonNode refused = berth.get("/system/info").path("refused");
        Need.that(!refused.has("resources.memory"), "this test needs control groups that are this user's: " + refused);
        assertEquals(
                "restart.policy",
                answer(422, "POST", "/containers", example.toString())
                        .path("field")
                        .asText());
        ((ObjectNode) example.path("restart")).put("policy", "no");

        HttpResponse<String> response = berth.api("POST", "/containers", example.toString());
        assertEquals(201, response.statusCode(), response.body());
        JsonNode made = JSON.readTree(response.body());
        assertTrue(response.headers()
                .firstValue("Location")
                .orElse("")
                .endsWith("/api/v1/containers/" + made.path("id").asText()));
        assertEquals(
                List.of(
                        "id",
                        "name",
                        "image",
                        "imageId",
                        "state",
                        "pid",
                        "exitCode",
                        "oomKilled",
                        "error",
                        "created",
                        "started",
                        "finished",
                        "health",
                        "restarts",
                        "address",
                        "ports",
                        "config"),
                names(made));
        assertEquals(names(example), names(made.path("config")), "the request, resolved: the same fields");
        assertEquals("/", made.path("config").path("workingDir").asText());
        assertTrue(made.path("started").isNull()
                && made.path("exitCode").isNull()
                && made.path("pid").isNull());
        assertEquals("pending", made.path("ports").get(0).path("state").asText());
        assertNotNull(Instant.parse(made.path("created").asText()));
        assertEquals(
                made,
                berth.get("/containers/" + made.path("id").asText().substring(0, 12)),
                "by a beginning of its id");
        answer(204, "DELETE", "/containers/web", null);
    }

    @Test
    void everyFieldMayBeNullButTheImage() throws Exception {
        ObjectNode nothing = example();
        names(nothing).stream().filter(name -> !name.equals("image")).forEach(nothing::putNull);
        JsonNode made = answer(201, "POST", "/containers", nothing.toString());
        assertEquals("sh", made.path("config").path("command").get(0).asText(), "the image's");
        assertEquals(10, made.path("config").path("stopTimeout").asInt());
        answer(204, "DELETE", "/containers/" + made.path("name").asText(), null);
    }

    @Test
    void imagesHaveTheirFieldsInTheListAndAlone() throws Exception {
        JsonNode image = berth.get("/images").get(0);
        List<String> fields =
                List.of("id", "references", "digest", "platform", "created", "size", "sharedSize", "layers", "usedBy");
        assertEquals(fields, names(image));
        JsonNode one = berth.get("/images/one?reference=" + bed.image());
        assertEquals(
                Stream.concat(fields.stream(), Stream.of("config", "history", "layerDetails"))
                        .toList(),
                names(one));
        assertEquals(
                List.of(
                        "entrypoint",
                        "command",
                        "env",
                        "user",
                        "workingDir",
                        "exposedPorts",
                        "volumes",
                        "labels",
                        "stopSignal",
                        "healthcheck"),
                names(one.path("config")));
        assertEquals(
                List.of("digest", "diffId", "size", "unpackedSize"),
                names(one.path("layerDetails").get(0)));
        assertEquals(
                image.path("id"),
                berth.get("/images/one?reference=" + image.path("id").asText().substring(0, 19))
                        .path("id"));
    }

    @Test
    void aProgramIsRunToItsEndWithWhatItWrote() throws Exception {
        berth.must("run", "-d", "--name", "host", bed.image(), "sleep", "1000");
        String request =
                "{\"command\":[\"sh\",\"-c\",\"echo out; echo err >&2; exit 5\"],\"tty\":false,\"openStdin\":false,"
                        + "\"env\":{},\"user\":null,\"workingDir\":null,\"columns\":80,\"rows\":24}";
        assertEquals(
                JSON.readTree("{\"exitCode\":5,\"stdout\":\"out\\n\",\"stderr\":\"err\\n\",\"truncated\":false}"),
                answer(200, "POST", "/containers/host/exec?wait=true", request));
        String large = "{\"command\":[\"sh\",\"-c\",\"yes | head -c 17825792\"]}";
        JsonNode cut = answer(200, "POST", "/containers/host/exec?wait=true", large);
        assertTrue(cut.path("truncated").asBoolean());
        assertEquals(16 << 20, cut.path("stdout").asText().length());

        JsonNode processes = berth.get("/containers/host/top");
        assertEquals(1, processes.path(0).path("containerPid").asInt(), processes.toString());
        assertTrue(processes.toString().contains("sleep 1000"), processes.toString());
        JsonNode usage = berth.get("/containers/host/stats");
        assertEquals(List.of("time", "cpu", "memory", "pids", "io", "network"), names(usage));
        assertTrue(
                usage.path("memory").path("used").asLong() > 0
                        && usage.path("pids").path("current").asInt() >= 1,
                usage.toString());
        JsonNode history = berth.get("/containers/host/stats?history=600");
        assertEquals(names(usage), names(history.path(0)), history.toString());
        assertEquals(0, berth.get("/containers/host/stats?history=0").size());
        assertTrue(berth.must("top", "host").contains("sleep 1000"));
        assertTrue(berth.must("stats", "--no-stream").contains("host"));
        answer(204, "DELETE", "/containers/host?force=true", null);
    }

    @Test
    void waitingAnswersWithTheExitCodeOrWhenItIsGone() throws Exception {
        berth.must("run", "-d", "--name", "short", bed.image(), "sh", "-c", "exit 9");
        assertEquals(JSON.readTree("{\"exitCode\":9}"), answer(200, "POST", "/containers/short/wait", null));
        answer(204, "DELETE", "/containers/short", null);
        berth.must("run", "-d", "--rm", "--name", "gone", bed.image(), "sh", "-c", "sleep 1; exit 3");
        assertEquals(
                3,
                answer(200, "POST", "/containers/gone/wait?condition=removed", null)
                        .path("exitCode")
                        .asInt());
        answer(404, "GET", "/containers/gone", null);
    }

    /** With volumes of its own, many times: what is told too early is so for milliseconds only. */
    @Test
    void whoHearsOfARemovalFindsNothingLeft() throws Exception {
        ObjectNode wanted = JSON.createObjectNode()
                .put("image", bed.image())
                .put("name", "again")
                .put("network", "none");
        for (int i = 0; i < 100; i++) {
            wanted.withArray("mounts").addObject().put("type", "volume").put("target", "/v" + i);
        }
        String create = wanted.toString();
        List<Callable<Integer>> hearers = List.of(
                () -> foundAfter("POST", "/containers/again/wait?condition=removed"),
                () -> foundAfter("DELETE", "/containers/again?volumes=true"),
                () -> foundAfter("DELETE", "/containers/again?volumes=true"));
        ExecutorService clients = Executors.newFixedThreadPool(hearers.size());
        try {
            for (int i = 0; i < 20; i++) {
                answer(201, "POST", "/containers", create);
                for (Future<Integer> found : clients.invokeAll(hearers)) {
                    assertEquals(404, found.get());
                }
            }
        } finally {
            clients.shutdownNow();
        }
    }

    /** What the container is looked up with once the request has been answered. */
    private static int foundAfter(String method, String path) throws Exception {
        int status = berth.api(method, path, null).statusCode();
        assertTrue(List.of(200, 204, 404).contains(status), method + " answered " + status);
        return berth.api("GET", "/containers/again", null).statusCode();
    }

    @Test
    void volumesAreMadeOnceAndPruned() throws Exception {
        assertEquals(201, berth.api("POST", "/volumes", "{\"name\":\"kept\"}").statusCode());
        assertEquals(
                200,
                berth.api("POST", "/volumes", "{\"name\":\"kept\",\"labels\":{}}")
                        .statusCode());
        berth.must("volume", "create", "--label", "tier=front", "-l", "plain", "labelled");
        JsonNode labels = JSON.readTree("{\"tier\":\"front\",\"plain\":\"\"}");
        assertEquals(labels, berth.get("/volumes/labelled").path("labels"));
        berth.stopService(true);
        assertEquals(
                labels,
                JSON.readTree(berth.must("volume", "inspect", "labelled"))
                        .get(0)
                        .path("labels"));
        berth.must("volume", "rm", "labelled");
        String anonymous = berth.must("volume", "create");
        assertTrue(berth.must("volume", "ls").contains("kept"));
        assertEquals(anonymous, berth.must("volume", "prune", "-f"));
        assertEquals("kept", berth.must("volume", "ls", "-q"));
        assertEquals(
                "kept",
                JSON.readTree(berth.must("volume", "inspect", "kept"))
                        .get(0)
                        .path("name")
                        .asText());
        berth.must("volume", "rm", "kept");
        assertEquals("", berth.must("volume", "ls", "-q"));
    }
}
