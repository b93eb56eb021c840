package dev.berth.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.linux.Syscalls;
import dev.berth.network.Forward.Protocol;
import dev.berth.network.NetworkException.CannotForward;
import dev.berth.network.PortForwarder.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real slirp4netns that serves a network namespace of a shell's. */
class PortForwarderTest {
    private static final Path PROC = Path.of("/proc");
    private static final Predicate<Forward> NONE = forward -> false;
    /** Not the usual one: that has the tests of whole containers. */
    private static final Subnet SUBNET = new Subnet("172.30.7");

    private static final String GREETING = "hello from inside";

    @TempDir
    Path folder;

    private final PortForwarder forwarder =
            new PortForwarder(Syscalls.linux(), PROC, new PortHolders(PROC, new ProcSockets(PROC)));
    private Process inside;
    private Process slirp;

    @BeforeEach
    void start() throws Exception {
        boolean possible = Files.isWritable(Path.of("/dev/net/tun")) && Files.isExecutable(Path.of("/bin/busybox"));
        assumeTrue(
                possible || "1".equals(System.getenv("BERTH_MUST_WORK")),
                "needs /dev/net/tun, slirp4netns and busybox");
        String serve = "echo; while :; do echo " + GREETING + " | busybox nc -l -p 7000; done";
        inside = new ProcessBuilder("unshare", "--user", "--map-root-user", "--net", "sh", "-c", serve).start();
        inside.getInputStream().read();
        slirp = new ProcessBuilder(
                        Slirp4netns.find("/usr/bin").program().toString(),
                        "--configure",
                        "--cidr=" + SUBNET.cidr(),
                        "--disable-host-loopback",
                        "--api-socket=" + folder.resolve(Slirp4netns.API_SOCKET),
                        Long.toString(inside.pid()),
                        "tap0")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        for (int i = 0; i < 100 && !Files.exists(folder.resolve(Slirp4netns.API_SOCKET)); i++) {
            Thread.sleep(20);
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (Process process : new Process[] {slirp, inside}) {
            if (process != null) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        }
    }

    private Guest guest() {
        return new Guest(folder, SUBNET.address());
    }

    private Forward add(Forward forward) {
        return forwarder.add(guest(), forward, NONE);
    }

    @Test
    void aForwardAnswersUntilItIsRemoved() throws Exception {
        Forward forward = add(new Forward(Protocol.TCP, "127.0.0.1", 0, 7000));
        assertNotEquals(0, forward.hostPort());
        assertEquals(List.of(forward), forwarder.list(guest()));
        assertEquals(GREETING, answer(forward.hostPort()));
        assertTrue(forwarder.remove(guest(), forward));
        assertFalse(forwarder.remove(guest(), forward));
        assertThrows(ConnectException.class, () -> new Socket("127.0.0.1", forward.hostPort()).close());
    }

    /** The server inside listens anew after each connection, so the first tries may find it away. */
    private static String answer(int port) throws Exception {
        for (int i = 0; i < 50; i++) {
            try (Socket socket = new Socket("127.0.0.1", port);
                    InputStream in = socket.getInputStream()) {
                String text = new String(in.readAllBytes()).strip();
                if (!text.isEmpty()) {
                    return text;
                }
            } catch (IOException e) {
                Thread.sleep(50);
            }
            Thread.sleep(50);
        }
        return "";
    }

    @Test
    void aBusyPortIsSaidWithItsHolder() throws Exception {
        try (ServerSocket busy = new ServerSocket(0)) {
            Forward forward = new Forward(Protocol.TCP, "127.0.0.1", busy.getLocalPort(), 80);
            CannotForward e = assertThrows(CannotForward.class, () -> add(forward));
            assertEquals(CannotForward.Reason.IN_USE, e.reason());
            assertTrue(e.getMessage().contains("(pid " + ProcessHandle.current().pid() + ")"), e.getMessage());
            assertEquals(List.of(), forwarder.list(guest()));
        }
    }

    @Test
    void anAddressOfAnotherMachineIsSaid() {
        Forward forward = new Forward(Protocol.UDP, "192.0.2.1", 0, 80);
        CannotForward e =
                assertThrows(CannotForward.class, () -> add(new Forward(Protocol.UDP, "192.0.2.1", 20001, 80)));
        assertEquals(
                "cannot forward 192.0.2.1:20001/udp: this machine has no address 192.0.2.1; look with: ip addr",
                e.getMessage());
        assertThrows(CannotForward.class, () -> add(forward));
    }

    @Test
    void whatShouldBeForwardedIsBroughtAbout() {
        Forward kept = add(new Forward(Protocol.TCP, "127.0.0.1", 0, 7000));
        Forward stale = add(new Forward(Protocol.UDP, "127.0.0.1", 0, 7001));
        Forward wanted = forwarder.choose(new Forward(Protocol.UDP, "127.0.0.1", 0, 7002), NONE);
        assertEquals(
                List.of(new Outcome(kept, false, null), new Outcome(wanted, true, null)),
                forwarder.reconcile(guest(), List.of(kept, wanted), NONE));
        assertEquals(List.of(kept, wanted), forwarder.list(guest()));
        assertFalse(forwarder.list(guest()).contains(stale));
    }

    @Test
    void aFreePortThatNobodyRemembersIsKept() {
        Forward unknown = new Forward(Protocol.TCP, "127.0.0.1", 0, 7000);
        Forward chosen = add(unknown);
        Forward remembered = add(unknown);
        List<Outcome> outcomes = forwarder.reconcile(guest(), List.of(unknown, remembered), NONE);
        assertEquals(List.of(new Outcome(chosen, false, null), new Outcome(remembered, false, null)), outcomes);
    }

    @Test
    void whatCannotBeForwardedIsSaidAndTheOthersAre() throws Exception {
        try (ServerSocket busy = new ServerSocket(0)) {
            Forward taken = new Forward(Protocol.TCP, "127.0.0.1", busy.getLocalPort(), 7000);
            Forward any = new Forward(Protocol.TCP, "127.0.0.1", 0, 7000);
            List<Outcome> outcomes = forwarder.reconcile(guest(), List.of(taken, any), NONE);
            assertTrue(outcomes.get(0).failure().contains("taken by"), outcomes::toString);
            assertEquals(List.of(outcomes.get(1).forward()), forwarder.list(guest()));
        }
    }

    /** What others wait for is not given away, and no two get the same. */
    @Test
    void freePortsAreNobodysEvenWhenManyAskAtOnce() {
        List<Forward> made = IntStream.range(0, 50)
                .parallel()
                .mapToObj(i -> forwarder.add(
                        guest(),
                        new Forward(i % 2 == 0 ? Protocol.TCP : Protocol.UDP, "127.0.0.1", 0, 7000),
                        free -> free.hostPort() % 3 == 0))
                .toList();
        assertEquals(50, made.stream().map(Forward::toString).distinct().count());
        assertTrue(made.stream().allMatch(forward -> forward.hostPort() % 3 != 0), made::toString);
        assertEquals(50, forwarder.list(guest()).size());
    }

    @Test
    void theProgramIsNamedThatHasTheAddressAndNotAnotherOne() throws Exception {
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                ServerSocket two = new ServerSocket(one.getLocalPort(), 1, InetAddress.getByName("127.0.0.2"))) {
            PortHolders holders = new PortHolders(PROC, new ProcSockets(PROC));
            List<String> addresses = holders.taken().stream()
                    .filter(taken -> taken.port() == two.getLocalPort() && taken.protocol() == Protocol.TCP)
                    .map(PortHolders.Taken::address)
                    .toList();
            assertEquals(Set.of("127.0.0.1", "127.0.0.2"), Set.copyOf(addresses));
            assertTrue(holders.find(Protocol.TCP, InetAddress.getByName("127.0.0.2"), two.getLocalPort())
                    .isPresent());
            assertTrue(holders.find(Protocol.TCP, InetAddress.getByName("127.0.0.3"), two.getLocalPort())
                    .isEmpty());
            assertTrue(holders.find(Protocol.UDP, InetAddress.getByName("127.0.0.2"), two.getLocalPort())
                    .isEmpty());
        }
    }

    @Test
    void aHelperThatIsGoneIsSaid() throws Exception {
        slirp.destroyForcibly().waitFor();
        NetworkException e = assertThrows(
                NetworkException.HelperSilent.class, () -> add(new Forward(Protocol.TCP, "127.0.0.1", 0, 1)));
        assertTrue(e.getMessage().contains("cannot reach the container's slirp4netns"), e.getMessage());
    }

    @Test
    void theVersionIsRead() {
        assertEquals(new SlirpVersion(1, 2, 0), SlirpVersion.parse("slirp4netns version 1.2.0\ncommit: 656041d\n"));
        assertTrue(Slirp4netns.find("").version().compareTo(new SlirpVersion(1, 1, 0)) >= 0);
    }
}
