package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are wrong as HTTP, or ask for what is not there, not allowed now or not theirs, over real sockets. Nothing changes by any. */
@Timeout(600)
@TestMethodOrder(MethodOrderer.MethodName.class)
class BadRequestsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String VERSION = "/api/v1/system/version";
    private static final String NOBODY = "f".repeat(64);

    private static ImageServer server;
    private static Berth berth;
    private static RawHttp http;
    private static String session;

    private Map<String, String> before;

    @BeforeAll
    static void start() throws Exception {
        server = ImageServer.start();
        berth = new Berth();
        berth.must("pull", server.image());
        berth.must("create", "--name", "made", "-v", "kept:/kept", server.image(), "true");
        berth.must("run", "-d", "--name", "runs", server.image(), "sleep", "1000");
        berth.must("run", "-d", "--name", "alone", "--network", "none", server.image(), "sleep", "1000");
        berth.must("run", "--name", "over", server.image(), "true");
        session = JSON.readTree(berth.api("POST", "/containers/runs/exec", "{\"command\":[\"true\"]}")
                        .body())
                .path("id")
                .asText();
        Await.until(
                "the program ended",
                30,
                () -> !berth.get("/exec/" + session).path("running").asBoolean());
        http = new RawHttp(berth);
    }

    @AfterAll
    static void end() throws Exception {
        if (berth != null) {
            String log = Files.readString(berth.runtimeDirectory().resolve("service.log"));
            berth.close();
            assertFalse(log.contains("ERROR"), log);
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void look() throws Exception {
        before = Fingerprint.of(berth);
    }

    @AfterEach
    void nothingChanged() throws Exception {
        assertEquals(before, Fingerprint.of(berth));
    }

    private static JsonNode problem(int status, RawHttp.Answers answer) throws Exception {
        assertEquals(List.of(status), answer.statuses(), answer::text);
        JsonNode problem = JSON.readTree(answer.body());
        assertEquals(status, problem.path("status").asInt(), answer::text);
        assertTrue(problem.path("detail").asText().length() > 10, answer::text);
        return problem;
    }

    private static RawHttp.Answers send(String method, String path, String body) throws Exception {
        String type = body == null ? "" : "Content-Type: application/json\r\n";
        String text = body == null ? "" : body;
        return http.send(http.head(method + " /api/v1" + path + " HTTP/1.1") + type
                + "Connection: close\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|/containers/runs/rename|{'name':'made'}|409|name-taken",
                "POST|/containers|{'image':'IMAGE','name':'made'}|409|name-taken",
                "POST|/containers|{'image':'IMAGE','ports':[{'containerPort':1}],'network':'none'}|422|invalid",
                "POST|/containers|{'image':'localhost:1/not/here','pull':'never'}|404|no-such-image",
                "POST|/containers|{'image':'IMAGE','mounts':[{'type':'bind','source':'/not/here','target':'/x'}]}|422|invalid",
                "POST|/containers|{'image':'IMAGE','user':'a:b:c'}|422|invalid",
                "POST|/containers|{'image':'IMAGE','capAdd':['NO_SUCH']}|422|invalid",
                "POST|/containers/made/exec|{'command':['true']}|409|not-running",
                "POST|/containers/over/exec|{'command':['true']}|409|not-running",
                "POST|/containers/runs/exec|{'command':['/no/such']}|409|not-started",
                "POST|/containers/runs/exec|{'command':['true'],'user':'nobody-such'}|422|invalid",
                "POST|/containers/runs/exec?wait=true|{'command':['true'],'tty':true}|422|invalid",
                "POST|/containers/runs/exec?wait=true|{'command':['cat'],'openStdin':true}|422|invalid",
                "POST|/containers/made/kill||409|not-running",
                "POST|/containers/over/kill?signal=TERM||409|not-running",
                "POST|/containers/runs/kill?signal=NOSUCH||422|invalid",
                "POST|/containers/runs/kill?signal=99||422|invalid",
                "DELETE|/containers/runs||409|running",
                "DELETE|/volumes/kept||409|volume-in-use",
                "DELETE|/images/one?reference=IMAGE||409|image-in-use",
                "DELETE|/containers/runs/ports/tcp/80||404|not-found",
                "DELETE|/containers/runs/ports/sctp/80||422|invalid",
                "DELETE|/containers/runs/ports/tcp/abc||422|invalid",
                "POST|/containers/alone/ports|{'containerPort':80}|409|no-network",
                "GET|/containers/made/top||409|not-running",
                "GET|/containers/over/stats||409|not-running",
                "GET|/containers/made/stats?stream=true||409|not-running",
                "POST|/volumes|{'name':'../x'}|422|invalid",
                "POST|/volumes|{'name':'x','labels':{'a':'b'}}|422|invalid",
                "DELETE|/images/pulls/p999||404|not-found",
            })
    void whatTheStateForbidsIsRefused(String method, String path, String body, int status, String type)
            throws Exception {
        String text = body == null ? null : body.replace('\'', '"').replace("IMAGE", server.image());
        JsonNode problem = problem(status, send(method, path.replace("IMAGE", server.image()), text));
        assertEquals("https://berth.dev/problems/" + type, problem.path("type").asText(), problem.toString());
    }

    @Test
    void whatIsSoAlreadyStaysAsItIs() throws Exception {
        for (String path :
                List.of("/containers/runs/start", "/containers/over/stop", "/containers/made/stop?timeout=1")) {
            RawHttp.Answers answer = send("POST", path, null);
            assertEquals(200, answer.status(), answer::text);
        }
        assertEquals(
                204,
                send("POST", "/exec/" + session + "/resize", "{\"columns\":80,\"rows\":24}")
                        .status());
    }

    static Stream<String> callsOnContainers() {
        return Stream.of(
                "GET ",
                "DELETE ",
                "POST /start",
                "POST /stop",
                "POST /restart",
                "POST /kill",
                "POST /wait",
                "GET /logs",
                "GET /logs?follow=true",
                "GET /ports",
                "DELETE /ports/tcp/80",
                "GET /top",
                "GET /stats",
                "POST /rename {\"name\":\"x\"}",
                "POST /exec {\"command\":[\"true\"]}",
                "POST /ports {\"containerPort\":80}");
    }

    @ParameterizedTest
    @MethodSource("callsOnContainers")
    void aContainerThatIsNotThereIs404(String call) throws Exception {
        String[] parts = call.split(" ", 3);
        for (String name : List.of(
                "nobody",
                NOBODY,
                "-",
                "..%2f..%2fetc",
                "%2Fetc%2Fpasswd",
                "%00",
                "%C3%A4",
                "%ff",
                "x".repeat(3000),
                "..%5C..",
                "*",
                "runs%20",
                "RUNS",
                "kept")) {
            RawHttp.Answers answer =
                    send(parts[0], "/containers/" + name + parts[1], parts.length > 2 ? parts[2] : null);
            assertTrue(List.of(400, 404, 405).contains(answer.status()), () -> name + ": " + answer.text());
        }
        problem(404, send(parts[0], "/containers/nobody" + parts[1], parts.length > 2 ? parts[2] : null));
    }

    @Test
    void anExecSessionThatIsNotThereIs404() throws Exception {
        String container = berth.get("/containers/runs").path("id").asText();
        for (String id : List.of("x", NOBODY, container, session.substring(0, 12), "..%2f" + session, "%00")) {
            problem(404, send("GET", "/exec/" + id, null));
            problem(404, send("POST", "/exec/" + id + "/resize", "{\"columns\":1,\"rows\":1}"));
        }
        for (String name : List.of("nobody", "..%2f..", "%2e")) {
            RawHttp.Answers answer = send("DELETE", "/volumes/" + name, null);
            assertTrue(List.of(404, 405, 422).contains(answer.status()), answer::text);
        }
    }

    @Test
    void anotherMethodIs405AndAnotherPath404() throws Exception {
        for (String path : List.of(
                "/containers",
                "/containers/runs",
                "/containers/runs/start",
                "/images",
                "/images/pull",
                "/events",
                "/system/info",
                "/volumes/kept",
                "/exec/" + session)) {
            for (String method : List.of("PATCH", "TRACE", "PROPFIND", "BREW", "get")) {
                problem(405, send(method, path, null));
            }
        }
        problem(
                405,
                http.send(http.head("POST /api/v1/containers/runs HTTP/1.1")
                        + "X-HTTP-Method-Override: DELETE\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
        for (String path : List.of(
                "/",
                "/nothing",
                "/containers/runs/pause",
                "/containers/runs/files/more",
                "/images/push/x",
                "/Containers")) {
            problem(404, send("POST", path, null));
        }
        problem(404, http.get("/api/v2/containers", ""));
        problem(406, http.get(VERSION, "Accept: image/png\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.1:1",
                "127.0.0.1.:PORT",
                "localhost.:PORT",
                "127.1:PORT",
                "2130706433:PORT",
                "0.0.0.0:PORT",
                "[::ffff:127.0.0.1]:PORT",
                "x.localhost:PORT",
                "berth.localhost.evil.example:PORT",
                "evil.example",
                "127.0.0.1:0PORT",
                ""
            })
    void aForeignHostIs421AndTheSettingIsNamed(String host) throws Exception {
        String given = host.replace("PORT", Integer.toString(http.port()));
        RawHttp.Answers answer = http.send("GET " + VERSION + " HTTP/1.1\r\nHost: " + given
                + "\r\nAuthorization: Bearer " + berth.token() + "\r\nConnection: close\r\n\r\n");
        JsonNode problem = problem(421, answer);
        assertTrue(
                given.isEmpty() || problem.path("detail").asText().contains("BERTH_ALLOWED_HOSTS=" + given),
                problem.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: 127.0.0.1:PORT\r\nHost: evil.example\r\n",
                "Host: 127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT\r\n",
                "Host: user@127.0.0.1:PORT\r\n",
                "Host: 127.0.0.1:PORT.\r\n",
                "Host: evil.example, 127.0.0.1:PORT\r\n",
                "",
            })
    void aHostThatSaysTwoThingsOrNoneIs400(String headers) throws Exception {
        RawHttp.Answers answer = http.send("GET " + VERSION + " HTTP/1.1\r\n"
                + headers.replace("PORT", Integer.toString(http.port())) + "Authorization: Bearer " + berth.token()
                + "\r\nConnection: close\r\n\r\n");
        problem(400, answer);
        assertFalse(answer.header("content-security-policy").isEmpty(), answer::text);
    }

    @Test
    void aTargetThatIsNoPathIsRefused() throws Exception {
        problem(400, http.get("http://127.0.0.1:" + http.port() + VERSION, ""));
        problem(400, http.get("http://evil.example" + VERSION, ""));
        for (String target : List.of("*", "evil.example:80")) {
            int status = http.send(http.head("OPTIONS " + target + " HTTP/1.1") + "Connection: close\r\n\r\n")
                    .status();
            assertTrue(status >= 400 && status < 500, target + ": " + status);
        }
    }

    /** Found by this test: a path parameter made the API's path look like a page's, and no token was asked for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api;x=1/v1/containers",
                "/api/v1;/containers",
                "/;/api/v1/containers",
                "/api%3bx/v1/containers",
                "//api/v1/containers",
                "/%61pi/v1/containers",
                "/./api/v1/containers",
                "/containers/../api/v1/containers",
                "/assets/../api/v1/containers",
                "/containers/%2e%2e/api/v1/containers",
                "/containers/..;/api/v1/containers",
                "/assets/x/..%2f..%2fapi/v1/containers",
                "/q/openapi",
                "/q;/openapi",
                "/q/dev",
                "/API/v1/containers",
                "/session/launch",
                "/session;/launch",
                "/nothing"
            })
    void withoutATokenNoSpellingOfAPathAnswers(String path) throws Exception {
        for (String method : List.of("GET", "POST")) {
            for (String host : List.of("berth.localhost:", "127.0.0.1:")) {
                RawHttp.Answers answer = http.send(method + " " + path + " HTTP/1.1\r\nHost: " + host + http.port()
                        + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                assertTrue(
                        List.of(400, 401, 404, 405, 307).contains(answer.status()),
                        () -> method + " " + path + ": " + answer.text());
                assertFalse(answer.text().contains("made"), answer::text);
            }
        }
    }

    @Test
    void aWrongTokenAForeignOriginAndAForeignSiteAreRefused() throws Exception {
        String host = "Host: 127.0.0.1:" + http.port() + "\r\n";
        String end = "Connection: close\r\nContent-Length: 0\r\n\r\n";
        String stop = "POST /api/v1/containers/runs/kill HTTP/1.1\r\n" + host;
        for (String credentials : List.of(
                "",
                "Authorization: Bearer\r\n",
                "Authorization: Basic eDp4\r\n",
                "Authorization: Bearer wrong\r\n",
                "Authorization: Bearer " + "x".repeat(4000) + "\r\n",
                "Cookie: berth-" + http.port() + "=x\r\n")) {
            RawHttp.Answers answer = http.send(stop + credentials + end);
            assertTrue(problem(401, answer).path("detail").asText().contains("berth token"), answer::text);
            assertTrue(answer.header("www-authenticate").startsWith("Bearer"), answer::text);
        }
        String token = "Authorization: Bearer " + berth.token() + "\r\n";
        for (String origin : List.of(
                "Origin: http://evil.example\r\n",
                "Origin: null\r\n",
                "Origin: http://127.0.0.1:1\r\n",
                "Origin: https://127.0.0.1:" + http.port() + "\r\n",
                "Origin: http://berth.localhost:" + http.port() + "\r\n",
                "Sec-Fetch-Site: cross-site\r\n",
                "Sec-Fetch-Site: same-site\r\n")) {
            JsonNode problem = problem(403, http.send(stop + token + origin + end));
            assertTrue(problem.path("detail").asText().contains("BERTH_ALLOWED_HOSTS"), problem.toString());
        }
        for (String spoofed : List.of(
                "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 1.2.3.4\r\n",
                "Forwarded: host=evil.example;proto=https\r\n",
                "X-Original-URL: /api/v1/containers\r\nX-Rewrite-URL: /x\r\n")) {
            RawHttp.Answers answer = http.get(VERSION, spoofed);
            assertEquals(200, answer.status(), answer::text);
            assertFalse(answer.text().contains("evil"), answer::text);
        }
    }

    @Test
    void zTooManyWrongTokensAreToldToWaitAndTheRightOneStillWorks() throws Exception {
        String wrong = "GET " + VERSION + " HTTP/1.1\r\nHost: 127.0.0.1:" + http.port()
                + "\r\nAuthorization: Bearer guess\r\nConnection: close\r\n\r\n";
        RawHttp.Answers answer = http.send(wrong);
        for (int i = 0; i < 40 && answer.status() == 401; i++) {
            answer = http.send(wrong);
        }
        problem(429, answer);
        assertTrue(answer.header("retry-after").matches("[1-9][0-9]?"), answer.text());
        assertEquals(200, http.get(VERSION, "").status());
    }
}
