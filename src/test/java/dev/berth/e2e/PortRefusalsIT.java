package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.rootfs.Need;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** A port that cannot be had: each reason has its sentence and its status, and nothing is changed. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PortRefusalsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Stage stage;
    private Berth berth;
    private JsonNode before;

    @BeforeAll
    void begin() throws Exception {
        stage = new Stage();
        berth = stage.berth;
        berth.must("run", "-d", "--name", "web", "-p", "80", stage.image, "httpd", "-f", "-p", "80");
        berth.must("run", "-d", "--name", "alone", "--network", "none", stage.image, "sleep", "1000");
    }

    @AfterAll
    void end() throws Exception {
        if (stage != null) {
            stage.close();
        }
    }

    @BeforeEach
    void look() throws Exception {
        before = berth.get("/containers?all=true");
    }

    @AfterEach
    void nothingChanged() throws Exception {
        assertEquals(before, berth.get("/containers?all=true"));
        assertTrue(Wire.servesPages(port()));
    }

    private int port() {
        for (JsonNode container : before) {
            if (container.path("name").asText().equals("web")) {
                return container.path("ports").path(0).path("hostPort").asInt();
            }
        }
        throw new AssertionError("no container web: " + before);
    }

    /** @return the sentence */
    private static String problem(HttpResponse<String> response, int status, String type, String field)
            throws Exception {
        JsonNode problem = JSON.readTree(response.body());
        assertEquals(status, response.statusCode(), response.body());
        assertEquals("https://berth.dev/problems/" + type, problem.path("type").asText(), response.body());
        assertEquals(
                field,
                problem.path("field").isMissingNode()
                        ? null
                        : problem.path("field").asText());
        return problem.path("detail").asText();
    }

    private String refused(int status, String type, String field, String body) throws Exception {
        return problem(berth.api("POST", "/containers/web/ports", body), status, type, field);
    }

    /** What a person reads who types it. */
    private String says(String... words) throws Exception {
        Berth.Result result = berth.run(words);
        assertEquals(125, result.exit(), result::toString);
        assertEquals(1, result.complaint().lines().count(), result::toString);
        return result.complaint().strip();
    }

    @Test
    void aBusyPortNamesItsHolder() throws Exception {
        boolean mine = !System.getProperty("user.name").equals("root");
        String holder = mine
                ? ".* \\(pid " + ProcessHandle.current().pid() + "\\); choose another port or stop it"
                : "a program that is not yours \\(sudo ss -tulnp shows it\\); choose another port or stop it";
        try (ServerSocket tcp = new ServerSocket(0);
                DatagramSocket udp = new DatagramSocket(0)) {
            String said = refused(409, "port-in-use", "hostPort", Serving.body(null, tcp.getLocalPort(), 80, "tcp"));
            assertTrue(
                    said.matches("cannot forward 127\\.0\\.0\\.1:" + tcp.getLocalPort() + "/tcp: taken by " + holder),
                    said);
            said = refused(409, "port-in-use", "hostPort", Serving.body("0.0.0.0", udp.getLocalPort(), 80, "udp"));
            assertTrue(
                    said.matches("cannot forward 0\\.0\\.0\\.0:" + udp.getLocalPort() + "/udp: taken by " + holder),
                    said);
            assertEquals("berth: " + said, says("port", "add", "web", "0.0.0.0:" + udp.getLocalPort() + ":80/udp"));
        }
    }

    @Test
    void aPrivilegedPortSaysTheFix() throws Exception {
        int first = Integer.parseInt(Files.readAllLines(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"))
                .get(0));
        int port = first - 1;
        Need.that(port > 0, "this test needs ports that are the administrator's");
        String said = refused(409, "port-refused", "hostPort", Serving.body(null, port, 80, "tcp"));
        assertEquals(
                "cannot forward 127.0.0.1:" + port + "/tcp: ports below " + first
                        + " are the administrator's; choose a higher one, or: sudo sysctl net.ipv4.ip_unprivileged_port_start="
                        + port,
                said);
        assertEquals("berth: " + said, says("port", "add", "web", port + ":80"));
    }

    @Test
    void numbersThatAreNoPorts() throws Exception {
        for (Object number : new Object[] {0, -1, 70000, 65536, 4294967376L, 1.5, "80", true}) {
            refused(422, "invalid", "hostPort", Serving.body(null, number, 80, "tcp"));
            refused(422, "invalid", "containerPort", Serving.body(null, null, number, "tcp"));
        }
        assertEquals(
                "hostPort 70000 is not in 1 to 65535",
                refused(422, "invalid", "hostPort", Serving.body(null, 70000, 80, "tcp")));
        for (String port : new String[] {"0:80", "70000:80", "80:0", "80:70000", "x", "1:2:3:4", "80/sctp", ""}) {
            assertTrue(says("port", "add", "web", port).startsWith("berth: cannot forward '" + port + "': "));
        }
        says("port", "add", "web", "-1:80");
        says("port", "rm", "web", "-1");
    }

    @Test
    void fieldsThatAreWrong() throws Exception {
        refused(422, "invalid", "protocol", Serving.body(null, null, 80, "sctp"));
        refused(422, "invalid", "hostAddress", Serving.body("localhost", null, 80, "tcp"));
        refused(422, "invalid", "hostAddress", Serving.body("127.0.0.256", null, 80, "tcp"));
        refused(422, "invalid", "hostAddress", Serving.body("", null, 80, "tcp"));
        for (String six : new String[] {"::1", "::", "fe80::1"}) {
            String said = refused(422, "invalid", "hostAddress", Serving.body(six, null, 80, "tcp"));
            assertTrue(said.contains("IPv4 only") && said.contains(six), said);
        }
        assertTrue(says("port", "add", "web", "[::1]:8080:80").contains("IPv4 only"));
        refused(422, "invalid", "containerPort", "{\"hostPort\":8080}");
        refused(422, "invalid", "port", "{\"containerPort\":80,\"port\":1}");
    }

    @Test
    void anAddressOfAnotherMachine() throws Exception {
        assertEquals(
                "cannot forward 192.0.2.1:20001/tcp: this machine has no address 192.0.2.1; look with: ip addr",
                refused(409, "port-refused", "hostPort", Serving.body("192.0.2.1", 20001, 80, "tcp")));
        refused(409, "port-refused", "hostPort", Serving.body("192.0.2.1", null, 80, "tcp"));
    }

    @Test
    void theSameOneTwice() throws Exception {
        int port = port();
        assertEquals(
                "cannot forward 127.0.0.1:" + port + "/tcp: container web has it already, for its port 80",
                refused(409, "port-in-use", "hostPort", Serving.body(null, port, 80, "tcp")));
        refused(409, "port-in-use", "hostPort", Serving.body(null, port, 81, "tcp"));
        refused(409, "port-in-use", "hostPort", Serving.body("0.0.0.0", port, 80, "tcp"));
        String twice = "{\"image\":\"" + stage.image + "\",\"ports\":[{\"hostPort\":18080,\"containerPort\":80},"
                + "{\"hostPort\":18080,\"containerPort\":81}]}";
        problem(berth.api("POST", "/containers", twice), 422, "invalid", "ports[1].hostPort");
    }

    @Test
    void aContainerThatHasNoNetworkOrIsNone() throws Exception {
        String body = Serving.body(null, null, 80, "tcp");
        problem(berth.api("POST", "/containers/alone/ports", body), 409, "no-network", null);
        problem(berth.api("POST", "/containers/nobody/ports", body), 404, "not-found", null);
        problem(berth.api("GET", "/containers/nobody/ports", null), 404, "not-found", null);
    }

    @Test
    void theRemovalOfOneThatIsNotThere() throws Exception {
        int port = port();
        String path = "/containers/web/ports/";
        String said = problem(berth.api("DELETE", path + "tcp/1", null), 404, "not-found", null);
        assertEquals("container web has no port 1/tcp; list them with: berth port ls web", said);
        problem(berth.api("DELETE", path + "udp/" + port, null), 404, "not-found", null);
        problem(berth.api("DELETE", path + "tcp/" + port + "?hostAddress=127.0.0.2", null), 404, "not-found", null);
        problem(berth.api("DELETE", path + "tcp/x", null), 422, "invalid", "hostPort");
        assertEquals("berth: " + said, says("port", "rm", "web", "1"));
        assertTrue(says("port", "rm", "web", "8080:80").contains("write [HOST:]HOSTPORT[/udp]"));
    }

    /** The container that has it is named, and nothing is started. */
    @Test
    void theStartOfOneWhosePortAnotherContainerHas() throws Exception {
        int port = port();
        berth.must("create", "--name", "second", "-p", port + ":80", stage.image, "httpd", "-f", "-p", "80");
        String id = berth.get("/containers/second").path("id").asText();
        String said = problem(berth.api("POST", "/containers/second/start", null), 409, "port-in-use", "hostPort");
        assertEquals(
                "cannot forward 127.0.0.1:" + port
                        + "/tcp: taken by container web, for its port 80; choose another port, or: berth port rm web "
                        + port,
                said);
        JsonNode second = berth.get("/containers/second");
        assertEquals("created", second.path("state").asText());
        assertEquals(said, second.path("error").asText());
        assertEquals("failed", second.path("ports").path(0).path("state").asText());
        assertEquals(said, second.path("ports").path(0).path("error").asText());
        assertTrue(second.path("started").isNull(), second::toString);
        EventStream.await(
                berth,
                id,
                event -> event.path("type").asText().equals("port.failed")
                        && event.path("attributes").path("reason").asText().equals(said));
        berth.must("port", "rm", "second", Integer.toString(port));
        berth.must("start", "second");
        assertEquals("running", berth.get("/containers/second").path("state").asText());
        berth.must("rm", "-f", "second");
    }
}
