package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes that are no HTTP, or that two readers would read as two things. The latter carry a second request that would remove a
 * container: it must not be carried out, and there must not be more than one answer.
 */
@Timeout(300)
class BrokenHttpIT {
    @RegisterExtension
    static final Testbed bed = new Testbed();

    private static Berth berth;
    private static RawHttp http;
    private Map<String, String> before;

    @BeforeAll
    static void start() throws Exception {
        berth = bed.berth();
        berth.must("create", "--name", "victim", bed.image(), "true");
        http = new RawHttp(berth);
    }

    @BeforeEach
    void look() throws Exception {
        before = Fingerprint.of(berth);
    }

    @AfterEach
    void nothingChanged() throws Exception {
        assertEquals(before, Fingerprint.of(berth));
        assertEquals(200, http.get("/api/v1/system/version", "").status(), "the service goes on");
    }

    private static String hidden() {
        return http.head("DELETE /api/v1/containers/victim?force=true HTTP/1.1") + "Connection: close\r\n\r\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
                "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                "Content-Length: 2, 3\r\n\r\n{}",
                "Content-Length: -1\r\n\r\n{}",
                "Content-Length: +2\r\n\r\n{}",
                "Content-Length: 0x2\r\n\r\n{}",
                "Content-Length: 99999999999999999999\r\n\r\n{}",
                "Content-Length : 2\r\n\r\n{}",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n",
                "X: a\u0000b\r\nContent-Length: 0\r\n\r\n",
                "X: a\rb\r\nContent-Length: 0\r\n\r\n",
                "X y: z\r\nContent-Length: 0\r\n\r\n",
            })
    void aBodyWithTwoEndsIsRefused(String rest) throws Exception {
        String request =
                http.head("POST /api/v1/volumes HTTP/1.1") + "Content-Type: application/json\r\n" + rest + hidden();
        List<Integer> statuses = http.send(request).statuses();
        assertTrue(statuses.isEmpty() || statuses.equals(List.of(400)), () -> "answered " + statuses);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET\r\n\r\n",
                "GET /\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "GET / HTTP/1.1 x\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET / HTTP/1.1\r\n: empty\r\nContent-Length: 0\r\n\r\n",
                "GET /api/v1/\u0000 HTTP/1.1\r\n\r\n",
                "GET /api/v1/containers/%zz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"
            })
    void whatIsNoHttpIsRefused(String request) throws Exception {
        List<Integer> statuses = http.send(request.replace("PORT", Integer.toString(http.port())))
                .statuses();
        assertTrue(
                statuses.size() <= 1 && statuses.stream().allMatch(it -> it >= 400 && it < 500),
                () -> "answered " + statuses);
    }

    @Test
    void headsThatAreTooLargeAreRefused() throws Exception {
        assertEquals(
                431,
                http.get("/api/v1/system/version", "X: " + "a".repeat(100_000) + "\r\n")
                        .status());
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            many.append('X').append(i).append(": a\r\n");
        }
        assertEquals(431, http.get("/api/v1/system/version", many.toString()).status());
        assertEquals(414, http.get("/api/v1/" + "a".repeat(100_000), "").status());
    }

    @Test
    void aHeaderThatIsFoldedIsReadAsOneOrRefused() throws Exception {
        String folded = "GET /api/v1/system/version HTTP/1.1\r\nHost: 127.0.0.1:" + http.port()
                + "\r\nAuthorization: Bearer\r\n " + berth.token() + "\r\nConnection: close\r\n\r\n";
        int status = http.send(folded).status();
        assertTrue(List.of(200, 400, 401).contains(status), "answered " + status);
        String hiddenHost = "GET /api/v1/system/version HTTP/1.1\r\nHost: 127.0.0.1:" + http.port()
                + "\r\n evil.example\r\n" + "Authorization: Bearer " + berth.token() + "\r\nConnection: close\r\n\r\n";
        assertTrue(List.of(400, 421).contains(http.send(hiddenHost).status()));
    }
}
