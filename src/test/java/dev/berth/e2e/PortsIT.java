package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.rootfs.Need;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Ports that change while a container runs, and what comes through them. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PortsIT {
    private static final int MANY = 50;

    private Serving serving;
    private Berth berth;

    @BeforeAll
    void begin() throws Exception {
        serving = new Serving();
        berth = serving.berth;
        serving.run("web");
    }

    @AfterAll
    void end() throws Exception {
        if (serving != null) {
            serving.close();
        }
    }

    /** An address of this machine that is not its loopback's, where it has one. */
    static Optional<String> ownAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .map(address -> address.getHostAddress())
                .findFirst();
    }

    private static String neededAddress() throws IOException {
        Optional<String> address = ownAddress();
        Need.that(address.isPresent(), "this test needs an address of this machine beside the loopback's");
        return address.orElseThrow();
    }

    @Test
    void aPortThatIsAddedAnswersAndThatIsRemovedRefuses() throws Exception {
        String line = berth.must("port", "add", "web", "80");
        int port = Integer.parseInt(line.replaceAll("127\\.0\\.0\\.1:(\\d+)/tcp leads to port 80 of web", "$1"));
        assertTrue(Wire.servesPages(port));
        assertTrue(berth.must("port", "ls", "web").contains("127.0.0.1:" + port + "/tcp"));
        assertEquals("active", serving.port("web", port).path("state").asText());
        berth.must("port", "rm", "web", Integer.toString(port));
        Wire.refuses(port);
        Wire.isFree("tcp", port);
        assertEquals(port, serving.add("web", port, Serving.PAGES, "tcp"));
        assertTrue(Wire.servesPages(port));
        serving.removePort("web", "tcp", port);
    }

    @Test
    void soDoesOneOfUdp() throws Exception {
        int port = serving.add("web", null, Serving.ECHO, "udp");
        assertEquals("ping", Wire.askUdp(Wire.LOOPBACK, port, "ping"));
        serving.removePort("web", "udp", port);
        assertThrows(IOException.class, () -> Wire.askUdp(Wire.LOOPBACK, port, "ping"));
        Wire.isFree("udp", port);
    }

    @Test
    void itAnswersAgainAfterAStopAKillOfTheServiceAndBoth() throws Exception {
        serving.run("again", "-p", "80", "-p", ":7/udp");
        int pages =
                serving.inspect("again").path("ports").path(0).path("hostPort").asInt();
        int echo =
                serving.inspect("again").path("ports").path(1).path("hostPort").asInt();
        berth.must("stop", "-t", "1", "again");
        Wire.refuses(pages);
        assertEquals("pending", serving.port("again", pages).path("state").asText());
        berth.must("start", "again");
        answers("again", pages, echo);
        berth.stopService(true);
        assertTrue(Wire.servesPages(pages), "without a service");
        berth.must("ps");
        answers("again", pages, echo);
        Process stop = berth.start("stop", "-t", "1", "again");
        berth.stopService(true);
        stop.waitFor();
        berth.must("stop", "-t", "1", "again");
        berth.must("start", "again");
        answers("again", pages, echo);
        berth.must("rm", "-f", "again");
    }

    private void answers(String name, int pages, int echo) throws Exception {
        Await.until("pages are served", 30, () -> Wire.servesPages(pages));
        Await.until(
                "datagrams come back",
                60,
                () -> Wire.askUdp(Wire.LOOPBACK, echo, "ping").equals("ping"));
        for (JsonNode port : serving.inspect(name).path("ports")) {
            assertEquals("active", port.path("state").asText(), port::toString);
        }
    }

    @Test
    void fiftyPortsAtOnceAndAllAreFreeWhenItsContainerIsRemoved() throws Exception {
        serving.run("many");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Integer> pages;
        List<Integer> echoes;
        try {
            pages = all(threads, () -> serving.add("many", null, Serving.PAGES, "tcp"));
            echoes = all(threads, () -> serving.add("many", null, Serving.ECHO, "udp"));
        } finally {
            threads.shutdown();
        }
        assertEquals(MANY / 2, pages.stream().distinct().count(), pages::toString);
        assertEquals(MANY / 2, echoes.stream().distinct().count(), echoes::toString);
        for (int port : pages) {
            assertTrue(Wire.servesPages(port));
        }
        for (int port : echoes) {
            assertEquals("ping " + port, Wire.askUdp(Wire.LOOPBACK, port, "ping " + port));
        }
        assertEquals(MANY, berth.get("/containers/many/ports").size());
        berth.must("rm", "-f", "many");
        for (int port : pages) {
            Wire.isFree("tcp", port);
        }
        for (int port : echoes) {
            Wire.isFree("udp", port);
        }
    }

    private static List<Integer> all(ExecutorService threads, Callable<Integer> each) throws Exception {
        List<Future<Integer>> asked = new ArrayList<>();
        for (int i = 0; i < MANY / 2; i++) {
            asked.add(threads.submit(each));
        }
        List<Integer> made = new ArrayList<>();
        for (Future<Integer> one : asked) {
            made.add(one.get());
        }
        return made;
    }

    /** A tenth of a hundred megabytes; all of it in the long run. */
    @Test
    void everyByteComesThroughBothWays() throws Exception {
        int size = (System.getenv("BERTH_SOAK") == null
                                || System.getenv("BERTH_SOAK").isEmpty()
                        ? 10
                        : 100)
                << 20;
        long seed = System.nanoTime();
        System.out.println("bytes from seed " + seed);
        byte[] sent = new byte[size];
        new Random(seed).nextBytes(sent);
        int port = serving.add("web", null, Serving.ECHO, "tcp");
        long begin = System.nanoTime();
        try (Socket socket = new Socket(Wire.LOOPBACK, port)) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(socket, sent));
            assertArrayEquals(sent, socket.getInputStream().readNBytes(size), "seed " + seed);
            sending.get();
            assertEquals(-1, socket.getInputStream().read());
        }
        System.out.printf(
                "%d bytes there and back: %.2f Gbit/s each way%n", size, 8.0 * size / (System.nanoTime() - begin));
        serving.removePort("web", "tcp", port);
    }

    private static void send(Socket socket, byte[] bytes) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void datagramsOfEverySizeComeBack() throws Exception {
        int port = serving.add("web", null, Serving.ECHO, "udp");
        for (int size = 1; size <= 1400; size += 69) {
            String text = "x".repeat(size);
            assertEquals(text, Wire.askUdp(Wire.LOOPBACK, port, text));
        }
        serving.removePort("web", "udp", port);
    }

    /** Of a client on this machine's loopback slirp4netns tells its own address, as docker tells its bridge's. */
    @Test
    void theProgramSeesTheAddressOfItsClient() throws Exception {
        int local = serving.add("web", null, Serving.PAGES, "tcp");
        assertEquals(berth.network("web") + "2", who(Wire.LOOPBACK, local));
        serving.removePort("web", "tcp", local);
        String own = neededAddress();
        berth.must("port", "add", "web", own + "::80");
        int port = berth.get("/containers/web/ports").path(0).path("hostPort").asInt();
        assertEquals(own, who(own, port));
        serving.removePort("web", "tcp", port);
    }

    private static String who(String host, int port) throws IOException {
        String answer = Wire.ask(host, port, "GET /cgi-bin/who HTTP/1.0\r\n\r\n");
        return answer.substring(answer.indexOf("\n\n") < 0 ? answer.indexOf("\r\n\r\n") + 4 : answer.indexOf("\n\n"))
                .strip()
                .replaceAll("\\[|]|::ffff:", ""); // as its socket of both families writes it
    }

    @Test
    void aPortIsAtTheAddressThatWasAskedForAndAtNoOther() throws Exception {
        String own = neededAddress();
        int loopback = serving.add("web", null, Serving.PAGES, "tcp");
        assertThrows(IOException.class, () -> Wire.ask(own, loopback, ""));
        serving.removePort("web", "tcp", loopback);
        berth.must("port", "add", "web", "0.0.0.0:" + loopback + ":80");
        assertTrue(Wire.servesPages(loopback));
        assertTrue(Wire.ask(own, loopback, "GET / HTTP/1.0\r\n\r\n").contains("hello from a container"));
        serving.removePort("web", "tcp", loopback);
        berth.must("port", "add", "web", own + ":" + loopback + ":80");
        assertTrue(Wire.ask(own, loopback, "GET / HTTP/1.0\r\n\r\n").contains("hello from a container"));
        Wire.refuses(loopback);
        berth.must("port", "rm", "web", own + ":" + loopback);
    }

    @Test
    void aPortOfAStoppedContainerIsForwardedWhenItStarts() throws Exception {
        serving.create("later");
        String line = berth.must("port", "add", "later", "80");
        int port = Integer.parseInt(
                line.replaceAll("127\\.0\\.0\\.1:(\\d+)/tcp leads to port 80 of later when it runs", "$1"));
        Wire.refuses(port);
        assertEquals("pending", serving.port("later", port).path("state").asText());
        berth.must("start", "later");
        assertEquals("active", serving.port("later", port).path("state").asText());
        Await.until("pages are served", 30, () -> Wire.servesPages(port));
        berth.must("rm", "-f", "later");
    }

    @Test
    void allPortsAreListedWithWhoHasThem() throws Exception {
        boolean mine = !System.getProperty("user.name").equals("root");
        int port = serving.add("web", null, Serving.PAGES, "tcp");
        try (ServerSocket other = new ServerSocket(0)) {
            JsonNode all = berth.get("/ports");
            JsonNode forward = all.path("forwards").findParents("hostPort").stream()
                    .filter(it -> it.path("hostPort").asInt() == port)
                    .findFirst()
                    .orElseThrow();
            assertEquals("web", forward.path("name").asText());
            assertEquals("active", forward.path("state").asText());
            assertEquals(
                    "slirp4netns", taken(all, port).path("holder").path("name").asText());
            JsonNode holder = taken(all, other.getLocalPort()).path("holder");
            // Root's own program is another user's for the service.
            assertEquals(
                    mine ? ProcessHandle.current().pid() : 0, holder.path("pid").asLong(), all::toString);
            String list = berth.must("port", "ls");
            assertTrue(list.contains("127.0.0.1:" + port + "/tcp"), list);
            assertTrue(
                    list.contains(mine ? "(pid " + holder.path("pid").asText() + ")" : "another user's program"), list);
            assertEquals(
                    all.path("forwards"),
                    new com.fasterxml.jackson.databind.ObjectMapper()
                            .readTree(berth.must("port", "ls", "--json"))
                            .path("forwards"));
        }
        serving.removePort("web", "tcp", port);
    }

    private static JsonNode taken(JsonNode all, int port) {
        for (JsonNode taken : all.path("taken")) {
            if (taken.path("port").asInt() == port
                    && taken.path("protocol").asText().equals("tcp")) {
                return taken;
            }
        }
        throw new AssertionError("port " + port + " is not among the taken ones: " + all);
    }
}
