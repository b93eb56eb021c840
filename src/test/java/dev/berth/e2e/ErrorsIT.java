package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is wrong with a request is said in one sentence, with the documented status, and changes nothing. */
@Timeout(300)
class ErrorsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @RegisterExtension
    static final Testbed bed = new Testbed();

    private static Berth berth;
    private JsonNode before;

    @BeforeAll
    static void start() throws Exception {
        berth = bed.berth();
        berth.must("create", "--name", "made", bed.image(), "sh", "-c", "exit 3");
        berth.must("run", "-d", "--name", "runs", bed.image(), "sleep", "1000");
    }

    @BeforeEach
    void look() throws Exception {
        before = berth.get("/containers?all=true");
    }

    @AfterEach
    void nothingChanged() throws Exception {
        assertEquals(before, berth.get("/containers?all=true"));
    }

    /** @return the sentence */
    private static String refused(int status, String method, String path, String body) throws Exception {
        return refused(status, method, path, body, null);
    }

    private static String refused(int status, String method, String path, String body, String field) throws Exception {
        HttpResponse<String> response = berth.api(method, path, body);
        String what = method + " " + path + ": " + response.body();
        assertEquals(status, response.statusCode(), what);
        assertEquals(
                "application/problem+json",
                response.headers().firstValue("content-type").orElse("").split(";")[0],
                what);
        JsonNode problem = JSON.readTree(response.body());
        assertEquals(status, problem.path("status").asInt(), what);
        assertTrue(problem.path("type").asText().startsWith("https://berth.dev/problems/"), what);
        String detail = problem.path("detail").asText();
        assertFalse(detail.isBlank() || detail.contains("\n") || detail.contains("Exception"), what);
        if (field != null) {
            assertEquals(field, problem.path("field").asText(), what);
        }
        return detail;
    }

    private static String create(String more) {
        return "{\"image\":\"" + bed.image() + "\"" + more + "}";
    }

    @Test
    void aBodyThatIsNoJsonIs400() throws Exception {
        refused(400, "POST", "/containers", "not json");
        refused(400, "POST", "/containers", "{");
        refused(400, "POST", "/containers", "");
        refused(400, "POST", "/containers", create("") + " and more");
    }

    @Test
    void tenMegabytesOfJsonAre413() throws Exception {
        refused(413, "POST", "/containers", create(",\"user\":\"" + "a".repeat(10 << 20) + "\""));
    }

    @Test
    void aSourceThatTheServiceMayNotReachIsNoneThatIsMissing() throws Exception {
        String mounts = ",\"mounts\":[{\"type\":\"bind\",\"source\":\"%s\",\"target\":\"/src\"}]";
        String own = System.getProperty("user.name");
        String said =
                refused(422, "POST", "/containers", create(mounts.formatted("/proc/1/root/etc")), "mounts[0].source");
        assertTrue(
                said.contains("the service's user " + (own.equals("root") ? "berth" : own) + " may not reach it"),
                said);
        said = refused(422, "POST", "/containers", create(mounts.formatted("/no/such")), "mounts[0].source");
        assertTrue(said.contains("it does not exist"), said);
    }

    @Test
    void whatIsWrongIs422AndNamed() throws Exception {
        refused(422, "POST", "/containers", "{}", "image");
        refused(422, "POST", "/containers", create(",\"bogus\":1"), "bogus");
        refused(422, "POST", "/containers", create(",\"tty\":\"yes\""), "tty");
        refused(422, "POST", "/containers", create(",\"stopTimeout\":-1"), "stopTimeout");
        refused(422, "POST", "/containers", create(",\"ports\":[{\"containerPort\":70000}]"), "ports[0].containerPort");
        refused(422, "POST", "/containers", create(",\"resources\":{\"memory\":1}"), "resources.memory");
        refused(422, "POST", "/containers", "{\"image\":\"UPPER\"}", "image");
        refused(
                422,
                "POST",
                "/containers",
                create(",\"capAdd\":[\"CHOWN\"" + ",\"CHOWN\"".repeat(10_000) + "]"),
                "capAdd");
        refused(422, "GET", "/containers?all=perhaps", null, "all");
        refused(422, "GET", "/containers?state=sleepy", null, "state");
        refused(422, "GET", "/containers/made/logs?tail=-1", null, "tail");
        refused(422, "GET", "/containers/made/logs?since=yesterday", null, "since");
        refused(422, "POST", "/containers/runs/kill?signal=NOPE", null, "signal");
        refused(422, "POST", "/containers/made/rename", "{\"name\":\"a b\"}", "name");
        refused(422, "POST", "/containers/runs/exec", "{\"command\":[]}", "command");
        refused(422, "POST", "/containers/runs/exec?wait=true", "{\"command\":[\"sh\"],\"tty\":true}", "tty");
        refused(422, "POST", "/containers/made/wait?condition=happy", null, "condition");
    }

    @Test
    void whatIsNotThereIs404() throws Exception {
        refused(404, "GET", "/containers/nobody", null);
        refused(404, "POST", "/containers/nobody/start", null);
        refused(404, "DELETE", "/containers/nobody", null);
        refused(404, "GET", "/exec/" + "0".repeat(64), null);
        refused(404, "GET", "/images/one?reference=nothing:1", null);
        refused(404, "POST", "/containers", "{\"image\":\"localhost/nothing:1\",\"pull\":\"never\"}");
        refused(404, "DELETE", "/containers/runs/ports/tcp/1", null);
        refused(404, "GET", "/nowhere", null);
    }

    @Test
    void whatTheStateForbidsIs409() throws Exception {
        assertTrue(refused(409, "POST", "/containers", create(",\"name\":\"made\""), "name")
                .contains("made"));
        refused(409, "POST", "/containers/made/rename", "{\"name\":\"runs\"}");
        refused(409, "DELETE", "/containers/runs", null);
        refused(409, "POST", "/containers/made/kill", null);
        refused(409, "POST", "/containers/made/exec", "{\"command\":[\"sh\"]}");
        refused(409, "DELETE", "/images/one?reference=" + bed.image(), null);
        refused(
                409,
                "POST",
                "/containers/runs/ports",
                "{\"containerPort\":80,\"hostPort\":" + taken() + "}",
                "hostPort");
    }

    private static int taken() throws Exception {
        return URI.create(berth.url()).getPort();
    }

    @Test
    void theWrongMethodAndTheWrongTypeHaveTheirStatus() throws Exception {
        refused(405, "PUT", "/containers", "{}");
        String answer = raw("POST /api/v1/containers HTTP/1.1\r\nHost: 127.0.0.1:" + taken()
                + "\r\nAuthorization: Bearer " + berth.token()
                + "\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        assertTrue(answer.startsWith("HTTP/1.1 415 "), answer);
    }

    @Test
    void whoMayNotIsTurnedAway() throws Exception {
        String host = "127.0.0.1:" + taken();
        String bearer = "Authorization: Bearer " + berth.token() + "\r\n";
        String list = "GET /api/v1/containers HTTP/1.1\r\nConnection: close\r\n";
        assertTrue(raw(list + "Host: " + host + "\r\n\r\n").startsWith("HTTP/1.1 401 "));
        assertTrue(raw(list + "Host: " + host + "\r\nAuthorization: Bearer wrong-wrong-wrong\r\n\r\n")
                .startsWith("HTTP/1.1 401 "));
        assertTrue(raw(list + bearer + "Host: evil.example\r\n\r\n").startsWith("HTTP/1.1 421 "));
        assertTrue(raw(list + bearer + "Host: 127.0.0.1:1\r\n\r\n").startsWith("HTTP/1.1 421 "));
        String post = "POST /api/v1/containers/runs/stop HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n";
        assertTrue(raw(post + bearer + "Host: " + host + "\r\nOrigin: http://evil.example\r\n\r\n")
                .startsWith("HTTP/1.1 403 "));
        assertTrue(raw(list + bearer + "Host: " + host + "\r\n\r\n").startsWith("HTTP/1.1 200 "));
    }

    private static String raw(String request) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", taken())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theCommandLineSaysOneSentence() throws Exception {
        sentence(125, berth.run("start", "nobody"));
        sentence(125, berth.run("run", "--name", "made", bed.image()));
        sentence(125, berth.run("rm", "runs"));
        sentence(125, berth.run("run", "--memory", "1m", bed.image()));
    }

    private static void sentence(int exit, Berth.Result result) {
        assertEquals(exit, result.exit(), result::toString);
        assertTrue(result.complaint().startsWith("berth: "), result::toString);
        assertEquals(1, result.complaint().lines().count(), result::toString);
    }
}
