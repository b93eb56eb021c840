package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests for what is not there, or that the state of things forbids. Nothing changes by any. */
@Timeout(600)
class BadRequestsIT {
    private static final String VERSION = "/api/v1/system/version";
    private static final String NOBODY = "f".repeat(64);

    private static Victims victims;

    @BeforeAll
    static void start() throws Exception {
        victims = new Victims();
    }

    @AfterAll
    static void end() throws Exception {
        if (victims != null) {
            victims.close();
        }
    }

    @BeforeEach
    void look() throws Exception {
        victims.look();
    }

    @AfterEach
    void nothingChanged() throws Exception {
        victims.assertNothingChanged();
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
                "POST|/containers|{'image':'IMAGE','mounts':[{'type':'tmpfs','target':'/x'},{'type':'volume','source':'other','target':'/x/'}]}|422|invalid",
                "POST|/containers|{'image':'IMAGE','user':'a:b:c'}|422|invalid",
                "POST|/containers|{'image':'IMAGE','capAdd':['NO_SUCH']}|422|invalid",
                "POST|/containers/made/exec|{'command':['true']}|409|not-running",
                "POST|/containers/over/exec|{'command':['true']}|409|not-running",
                "POST|/containers/runs/exec|{'command':['/no/such']}|409|not-started",
                "POST|/containers/runs/exec|{'command':['true'],'user':'nobody-such'}|422|invalid",
                "POST|/containers/runs/exec?wait=true|{'command':['true'],'tty':true}|422|invalid",
                "POST|/containers/runs/exec?wait=true|{'command':['cat'],'openStdin':true}|422|invalid",
                "POST|/containers/runs/exec?wait=true|{'command':['true'],'detach':true}|422|invalid",
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
                "GET|/containers/made/stats?history=60||409|not-running",
                "GET|/containers/runs/stats?history=-1||422|invalid",
                "GET|/containers/runs/stats?history=60&stream=true||422|invalid",
                "POST|/volumes|{'name':'../x'}|422|invalid",
                "POST|/images/tag|{'target':'x'}|422|invalid",
                "POST|/images/tag|{'source':'IMAGE'}|422|invalid",
                "POST|/images/tag|{'source':'IMAGE','target':'A b'}|422|invalid",
                "POST|/images/tag|{'source':'none/such','target':'x'}|404|no-such-image",
                "POST|/volumes|{'name':'x','labels':{'':'b'}}|422|invalid",
                "DELETE|/images/pulls/p999||404|not-found",
            })
    void whatTheStateForbidsIsRefused(String method, String path, String body, int status, String type)
            throws Exception {
        String text = body == null ? null : body.replace('\'', '"').replace("IMAGE", victims.server.image());
        JsonNode problem =
                Victims.problem(status, victims.send(method, path.replace("IMAGE", victims.server.image()), text));
        assertEquals("https://berth.dev/problems/" + type, problem.path("type").asText(), problem.toString());
    }

    @Test
    void whatIsSoAlreadyStaysAsItIs() throws Exception {
        for (String path :
                List.of("/containers/runs/start", "/containers/over/stop", "/containers/made/stop?timeout=1")) {
            RawHttp.Answers answer = victims.send("POST", path, null);
            assertEquals(200, answer.status(), answer::text);
        }
        assertEquals(
                204,
                victims.send("POST", "/exec/" + victims.session + "/resize", "{\"columns\":80,\"rows\":24}")
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
                    victims.send(parts[0], "/containers/" + name + parts[1], parts.length > 2 ? parts[2] : null);
            assertTrue(List.of(400, 404, 405).contains(answer.status()), () -> name + ": " + answer.text());
        }
        Victims.problem(
                404, victims.send(parts[0], "/containers/nobody" + parts[1], parts.length > 2 ? parts[2] : null));
    }

    @Test
    void anExecSessionThatIsNotThereIs404() throws Exception {
        String container = victims.berth.get("/containers/runs").path("id").asText();
        for (String id :
                List.of("x", NOBODY, container, victims.session.substring(0, 12), "..%2f" + victims.session, "%00")) {
            Victims.problem(404, victims.send("GET", "/exec/" + id, null));
            Victims.problem(404, victims.send("POST", "/exec/" + id + "/resize", "{\"columns\":1,\"rows\":1}"));
        }
        for (String name : List.of("nobody", "..%2f..", "%2e")) {
            RawHttp.Answers answer = victims.send("DELETE", "/volumes/" + name, null);
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
                "/exec/" + victims.session)) {
            for (String method : List.of("MOVE", "TRACE", "PROPFIND", "BREW", "get")) {
                Victims.problem(405, victims.send(method, path, null));
            }
        }
        Victims.problem(
                405,
                victims.http.send(victims.http.head("POST /api/v1/containers/runs HTTP/1.1")
                        + "X-HTTP-Method-Override: DELETE\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
        for (String path : List.of(
                "/",
                "/nothing",
                "/containers/runs/hold",
                "/containers/runs/files/more",
                "/images/push/x",
                "/Containers")) {
            Victims.problem(404, victims.send("POST", path, null));
        }
        Victims.problem(404, victims.http.get("/api/v2/containers", ""));
        Victims.problem(406, victims.http.get(VERSION, "Accept: image/png\r\n"));
    }
}
