package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gate over real sockets: foreign names, origins and tokens, and every spelling of a path that might slip past. */
@Timeout(300)
@TestMethodOrder(MethodOrderer.MethodName.class)
class GateIT {
    private static final String VERSION = "/api/v1/system/version";

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
        String given = host.replace("PORT", Integer.toString(victims.http.port()));
        RawHttp.Answers answer = victims.http.send("GET " + VERSION + " HTTP/1.1\r\nHost: " + given
                + "\r\nAuthorization: Bearer " + victims.berth.token() + "\r\nConnection: close\r\n\r\n");
        JsonNode problem = Victims.problem(421, answer);
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
        RawHttp.Answers answer = victims.http.send("GET " + VERSION + " HTTP/1.1\r\n"
                + headers.replace("PORT", Integer.toString(victims.http.port())) + "Authorization: Bearer "
                + victims.berth.token()
                + "\r\nConnection: close\r\n\r\n");
        Victims.problem(400, answer);
        assertFalse(answer.header("content-security-policy").isEmpty(), answer::text);
    }

    @Test
    void atAnotherLoopbackAddressVerbsAndThePrintedLinkReachTheService() throws Exception {
        try (TrialService other = new TrialService()) {
            other.berth.with("BERTH_HOST", "127.0.0.2");
            other.start();
            String link = other.link();
            assertTrue(link.startsWith("http://127.0.0.2:" + other.port() + "/"), link);
            HttpRequest page = HttpRequest.newBuilder(URI.create(link)).build();
            HttpResponse<Void> answer = HttpClient.newHttpClient().send(page, HttpResponse.BodyHandlers.discarding());
            assertEquals(200, answer.statusCode());
        }
    }

    @Test
    void pagesSendToPathsWhateverTheTunnelIsCalled() throws Exception {
        try (TrialService tunnelled = new TrialService()) {
            tunnelled.berth.with("BERTH_ALLOWED_HOSTS", "box.example:8443");
            tunnelled.start();
            for (String host : List.of("box.example:8443", "berth.localhost:" + tunnelled.port())) {
                assertSent("/containers", tunnelled.raw("GET / HTTP/1.1\nHost: " + host + "\n"));
                assertSent(
                        "/sign-in?next=%2Fimages%3Fa%3Db",
                        tunnelled.raw("GET /images?a=b HTTP/1.1\nHost: " + host + "\n"));
            }
        }
    }

    private static void assertSent(String path, String answer) {
        assertEquals(303, TrialService.status(answer), answer);
        assertTrue(
                answer.toLowerCase(Locale.ROOT).contains("\r\nlocation: " + path.toLowerCase(Locale.ROOT) + "\r\n"),
                answer);
    }

    @Test
    void aTargetThatIsNoPathIsRefused() throws Exception {
        Victims.problem(400, victims.http.get("http://127.0.0.1:" + victims.http.port() + VERSION, ""));
        Victims.problem(400, victims.http.get("http://evil.example" + VERSION, ""));
        for (String target : List.of("*", "evil.example:80")) {
            int status = victims.http
                    .send(victims.http.head("OPTIONS " + target + " HTTP/1.1") + "Connection: close\r\n\r\n")
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
                "/victims.session;/launch",
                "/nothing"
            })
    void withoutATokenNoSpellingOfAPathAnswers(String path) throws Exception {
        for (String method : List.of("GET", "POST")) {
            for (String host : List.of("berth.localhost:", "127.0.0.1:")) {
                RawHttp.Answers answer = victims.http.send(method + " " + path + " HTTP/1.1\r\nHost: " + host
                        + victims.http.port() + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                assertTrue(
                        List.of(400, 401, 404, 405, 307).contains(answer.status()),
                        () -> method + " " + path + ": " + answer.text());
                assertFalse(answer.text().contains("made"), answer::text);
            }
        }
    }

    @Test
    void aWrongTokenAForeignOriginAndAForeignSiteAreRefused() throws Exception {
        String host = "Host: 127.0.0.1:" + victims.http.port() + "\r\n";
        String end = "Connection: close\r\nContent-Length: 0\r\n\r\n";
        String stop = "POST /api/v1/containers/runs/kill HTTP/1.1\r\n" + host;
        for (String credentials : List.of(
                "",
                "Authorization: Bearer\r\n",
                "Authorization: Basic eDp4\r\n",
                "Authorization: Bearer wrong\r\n",
                "Authorization: Bearer " + "x".repeat(4000) + "\r\n",
                "Cookie: berth-" + victims.http.port() + "=x\r\n")) {
            RawHttp.Answers answer = victims.http.send(stop + credentials + end);
            assertTrue(Victims.problem(401, answer).path("detail").asText().contains("berth token"), answer::text);
            assertTrue(answer.header("www-authenticate").startsWith("Bearer"), answer::text);
        }
        String token = "Authorization: Bearer " + victims.berth.token() + "\r\n";
        for (String origin : List.of(
                "Origin: http://evil.example\r\n",
                "Origin: null\r\n",
                "Origin: http://127.0.0.1:1\r\n",
                "Origin: https://127.0.0.1:" + victims.http.port() + "\r\n",
                "Origin: http://berth.localhost:" + victims.http.port() + "\r\n",
                "Sec-Fetch-Site: cross-site\r\n",
                "Sec-Fetch-Site: same-site\r\n")) {
            JsonNode problem = Victims.problem(403, victims.http.send(stop + token + origin + end));
            assertTrue(problem.path("detail").asText().contains("BERTH_ALLOWED_HOSTS"), problem.toString());
        }
        for (String spoofed : List.of(
                "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 1.2.3.4\r\n",
                "Forwarded: host=evil.example;proto=https\r\n",
                "X-Original-URL: /api/v1/containers\r\nX-Rewrite-URL: /x\r\n")) {
            RawHttp.Answers answer = victims.http.get(VERSION, spoofed);
            assertEquals(200, answer.status(), answer::text);
            assertFalse(answer.text().contains("evil"), answer::text);
        }
    }

    @Test
    void zTooManyWrongTokensAreToldToWaitAndTheRightOneStillWorks() throws Exception {
        String wrong = "GET " + VERSION + " HTTP/1.1\r\nHost: 127.0.0.1:" + victims.http.port()
                + "\r\nAuthorization: Bearer guess\r\nConnection: close\r\n\r\n";
        RawHttp.Answers answer = victims.http.send(wrong);
        for (int i = 0; i < 40 && answer.status() == 401; i++) {
            answer = victims.http.send(wrong);
        }
        Victims.problem(429, answer);
        assertTrue(answer.header("retry-after").matches("[1-9][0-9]?"), answer.text());
        assertEquals(200, victims.http.get(VERSION, "").status());
    }
}
