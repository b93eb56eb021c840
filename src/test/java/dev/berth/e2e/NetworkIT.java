package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What a container reaches, and what it does not. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkIT {
    /** From one program of a container to another. */
    /** In a shell of a container. */
    private static final String GATEWAY = "$(ip route | awk '/default/ { print $3 }')";

    private static final String ANSWER =
            "nc -l -p 7777 -e echo up & until nc -w 1 127.0.0.1 7777 </dev/null 2>/dev/null; do :; done";

    private Stage stage;

    @BeforeAll
    void begin() throws Exception {
        stage = new Stage();
    }

    @AfterAll
    void end() throws Exception {
        if (stage != null) {
            stage.close();
        }
    }

    @Test
    void tcpReachesAHostOutside() throws Exception {
        TestHost host = TestHost.needed();
        assertEquals(
                "hello outside", stage.shell("echo hello outside | nc -w 10 " + host.address() + " " + TestHost.ECHO));
    }

    @Test
    void udpReachesAHostOutside() throws Exception {
        TestHost host = TestHost.needed();
        // A question to its name server is a datagram to it and one back.
        assertTrue(stage.shell("nslookup " + host.name() + " " + host.address()).contains(host.nameAddress()));
    }

    @Test
    void namesAreAskedOfTheNameServerOfTheHost() throws Exception {
        TestHost host = TestHost.needed();
        assertTrue(stage.shell("grep nameserver /etc/resolv.conf; nslookup " + host.name())
                .contains(host.nameAddress()));
    }

    @Test
    void namesThatDoNotExistAreSaidNotToExist() throws Exception {
        TestHost.needed();
        assertEquals("unknown", stage.shell("nslookup no-such.berth.test >/dev/null 2>&1 || echo unknown"));
    }

    @Test
    void theLoopbackOfTheHostIsNotReached() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            assertTrue(stage.shell("echo " + GATEWAY).matches("[0-9.]+\\.2"));
            String said = stage.shell(
                    "nc -w 3 " + GATEWAY + " " + server.getLocalPort() + " </dev/null && echo reached || echo refused");
            assertEquals("refused", said);
            server.setSoTimeout(1);
            assertFalse(accepted(server), "a connection from the container arrived");
        }
    }

    @Test
    void theServiceIsNotReached() throws Exception {
        String url = stage.berth.url();
        String port = url.substring(url.lastIndexOf(':') + 1).replaceAll("[^0-9]", "");
        assertEquals(
                "refused",
                stage.shell("nc -w 3 " + GATEWAY + " " + port + " </dev/null && echo reached || echo refused"));
    }

    /** Neither by slirp4netns' own addresses nor by those of this machine. One that is bound to all of them is, as the proof. */
    @Test
    void neitherTheServiceNorAnotherContainersPortIsReachedFromAContainer() throws Exception {
        stage.berth.must(
                "run", "-d", "--name", "other", "-p", "80", stage.image, "httpd", "-f", "-p", "80", "-h", "/etc");
        stage.berth.must("port", "add", "other", "0.0.0.0::80");
        String service = stage.berth.url().replaceAll("[^0-9]+$", "").replaceAll(".*:", "");
        String local = port("127.0.0.1");
        Optional<String> own = PortsIT.ownAddress();
        String inside = stage.berth.network("other");
        List<String> addresses =
                new ArrayList<>(List.of(inside + "2", inside + "3", "127.0.0.1", "0.0.0.0", inside + "100"));
        own.ifPresent(addresses::add);
        String script = """
                for port in %s %s; do for address in %s; do
                  nc -w 3 $address $port </dev/null >/dev/null 2>&1 && echo reached $address:$port
                done; done; echo tried""".formatted(service, local, String.join(" ", addresses));
        assertEquals("tried", stage.shell(script));
        if (own.isPresent()) {
            String open = port("0.0.0.0");
            assertEquals(
                    "reached",
                    stage.shell("nc -w 10 " + own.get() + " " + open + " </dev/null >/dev/null && echo reached"));
        }
        stage.berth.must("rm", "-f", "other");
    }

    private String port(String address) throws Exception {
        for (JsonNode port : stage.berth.get("/containers/other/ports")) {
            if (port.path("hostAddress").asText().equals(address)) {
                return port.path("hostPort").asText();
            }
        }
        throw new AssertionError("no port at " + address);
    }

    @Test
    void withoutANetworkThereIsTheLoopbackOnly() throws Exception {
        assertEquals(
                "lo\n0\nup",
                stage.berth.must(
                        "run",
                        "--rm",
                        "--network",
                        "none",
                        stage.image,
                        "sh",
                        "-c",
                        "ls /sys/class/net; ip route show table all | grep -vc 'dev lo'; " + ANSWER));
    }

    /** Busybox' ping wants a raw socket in any case; others do not. */
    @Test
    void aNormalUserOfTheContainerMayPingAndListenOnLowPorts() throws Exception {
        assertEquals(
                "0\n0",
                stage.shell(
                        "cat /proc/sys/net/ipv4/ip_unprivileged_port_start; cut -f 1 /proc/sys/net/ipv4/ping_group_range"));
    }

    @Test
    void theLoopbackOfAContainerIsItsOwn() throws Exception {
        assertEquals("up", stage.shell(ANSWER));
    }

    private static boolean accepted(ServerSocket server) throws Exception {
        try {
            server.accept().close();
            return true;
        } catch (SocketTimeoutException nobody) {
            return false;
        }
    }
}
