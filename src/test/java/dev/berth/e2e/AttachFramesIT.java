package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The attach socket byte for byte, as docs/api.md has it: each opcode, and what becomes of frames that are none. */
@Timeout(300)
class AttachFramesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MEGABYTE_A_SECOND = 1_000;

    @RegisterExtension
    static final Testbed bed = new Testbed();

    private static Berth berth;

    @BeforeAll
    static void start() throws Exception {
        berth = bed.berth();
        berth.must("run", "-dit", "--name", "echo", bed.image(), "cat");
    }

    /** A client that keeps every frame that comes. */
    private static final class Client implements WebSocket.Listener, AutoCloseable {
        private static final ByteBuffer END = ByteBuffer.allocate(0);

        private final BlockingQueue<ByteBuffer> frames = new LinkedBlockingQueue<>();
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
        private final WebSocket socket;
        private ByteBuffer last;

        Client(String path) throws Exception {
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .header("Authorization", "Bearer " + berth.token())
                    .subprotocols("berth.v1")
                    .buildAsync(URI.create(berth.url().replaceFirst("http", "ws") + "/api/v1" + path), this)
                    .get(Await.seconds(20), TimeUnit.SECONDS);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            while (data.hasRemaining()) {
                partial.write(data.get());
            }
            if (last) {
                frames.add(ByteBuffer.wrap(partial.toByteArray()));
                partial.reset();
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            frames.add(END);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            frames.add(END);
        }

        void send(int opcode, byte... payload) throws Exception {
            ByteBuffer frame = ByteBuffer.allocate(payload.length + 1)
                    .put((byte) opcode)
                    .put(payload)
                    .flip();
            socket.sendBinary(frame, true).get(Await.seconds(20), TimeUnit.SECONDS);
        }

        /** The next frame of this opcode; others are passed over. */
        ByteBuffer next(int opcode) throws Exception {
            while (true) {
                ByteBuffer frame = frames.poll(Await.seconds(20), TimeUnit.SECONDS);
                if (frame == null || frame == END) {
                    throw new AssertionError(
                            "no frame of opcode " + opcode + (frame == null ? " in time" : ": closed"));
                }
                if (frame.get(0) == opcode) {
                    return frame.position(1).slice();
                }
            }
        }

        void acknowledge(int count) throws Exception {
            send(19, ByteBuffer.allocate(4).putInt(count).array());
        }

        /** Takes in a frame as a screen does that needs so long for a byte; its output in bytes. */
        int take(long nanos) throws Exception {
            last = frames.poll(Await.seconds(20), TimeUnit.SECONDS);
            assertTrue(last != null && last != END, "a frame");
            if (last.get(0) != 1) {
                return 0;
            }
            int count = last.remaining() - 1;
            LockSupport.parkNanos(count * nanos);
            try {
                acknowledge(count);
            } catch (ExecutionException closed) {
                return count; // the program has ended meanwhile
            }
            return count;
        }

        /** As {@link #take}, up to a frame of this opcode; what came before. */
        int takeUpTo(int opcode, long nanos) throws Exception {
            int taken = 0;
            do {
                taken += take(nanos);
            } while (last.get(0) != opcode);
            return taken;
        }

        void awaitOutput(String text) throws Exception {
            StringBuilder all = new StringBuilder();
            while (all.indexOf(text) < 0) {
                all.append(StandardCharsets.UTF_8.decode(next(1)));
            }
        }

        boolean isClosed() throws InterruptedException {
            for (ByteBuffer frame = frames.poll(Await.seconds(20), TimeUnit.SECONDS);
                    frame != null;
                    frame = frames.poll(Await.seconds(20), TimeUnit.SECONDS)) {
                if (frame == END) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void close() {
            socket.abort();
        }
    }

    private static byte[] bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 2);
        for (int value : values) {
            buffer.putShort((short) value);
        }
        return buffer.array();
    }

    private static JsonNode error(Client client) throws Exception {
        JsonNode problem =
                JSON.readTree(StandardCharsets.UTF_8.decode(client.next(8)).toString());
        assertTrue(problem.path("type").asText().startsWith("https://berth.dev/problems/"), problem.toString());
        assertTrue(problem.path("detail").asText().length() > 10, problem.toString());
        return problem;
    }

    @Test
    void eachOpcodeHasItsPayload() throws Exception {
        berth.must("run", "-dit", "--name", "whole", bed.image(), "cat");
        try (Client client = new Client("/containers/whole/attach?from=0")) {
            assertEquals("berth.v1", client.socket.getSubprotocol());
            ByteBuffer begins = client.next(3);
            assertEquals(12, begins.remaining(), "offset, columns, rows");
            assertTrue(begins.getShort(8) > 0 && begins.getShort(10) > 0);
            assertEquals(8, client.next(4).remaining(), "offset");
            client.send(16, "hello\r".getBytes(StandardCharsets.UTF_8));
            client.awaitOutput("hello");
            client.send(19, (byte) 0, (byte) 0, (byte) 0, (byte) 5);
            client.send(18, bytes(101, 41));
            ByteBuffer size = client.next(5);
            assertEquals(4, size.remaining());
            assertEquals(101, size.getShort(0));
            assertEquals(41, size.getShort(2));
            client.send(20, "KILL".getBytes(StandardCharsets.US_ASCII));
            ByteBuffer exited = client.next(6);
            assertEquals(4, exited.remaining());
            assertEquals(137, exited.getInt(0));
            assertTrue(client.isClosed());
        }
    }

    @Test
    void whatMustNotWaitOvertakesInputThatNobodyReads() throws Exception {
        String deaf = "while :; do echo tick; sleep 0.1; done";
        berth.must("run", "-di", "--name", "deaf", bed.image(), "sh", "-c", deaf);
        try (Client client = new Client("/containers/deaf/attach?from=0")) {
            client.awaitOutput("tick");
            for (int i = 0; i < 128; i++) {
                client.send(16, new byte[16 * 1024]);
            }
            client.frames.clear();
            client.awaitOutput("tick\n".repeat(10));
            client.send(20, "KILL".getBytes(StandardCharsets.US_ASCII));
            assertEquals(137, client.next(6).getInt(0));
        }
    }

    @Test
    void ctrlCIsAnsweredSoonAtASlowScreen() throws Exception {
        try (Client client = exec("stty -echo; read go; exec yes", true)) {
            client.send(16, "\r".getBytes(StandardCharsets.US_ASCII));
            for (int taken = 0; taken < 2_000_000; ) {
                taken += client.take(MEGABYTE_A_SECOND);
            }
            client.send(16, (byte) 3);
            int behind = client.takeUpTo(6, 0);
            assertEquals(130, client.last.getInt(1));
            assertTrue(behind < 400_000, behind + " bytes came before the answer to Ctrl-C");
        }
    }

    @Test
    void aReplayEndsWhileTheProgramWritesOn() throws Exception {
        berth.must("run", "-dit", "--name", "flood", bed.image(), "yes");
        try (Client client = new Client("/containers/flood/attach?tail=1000000")) {
            int before = client.takeUpTo(4, MEGABYTE_A_SECOND);
            assertTrue(before < 2_000_000, before + " bytes of the past");
            client.send(20, "KILL".getBytes(StandardCharsets.US_ASCII));
            client.takeUpTo(6, 0);
            assertEquals(137, client.last.getInt(1));
        }
    }

    @Test
    void singleBytesArriveInFewerPieces() throws Exception {
        int count = 3000;
        String command = "stty -echo; read go; i=0; while [ $i -lt " + count + " ]; do printf x; i=$((i+1)); done";
        try (Client client = exec(command, true)) {
            client.send(16, "\r".getBytes(StandardCharsets.US_ASCII));
            long begin = System.nanoTime();
            int pieces = 0;
            for (int taken = 0; taken < count; ) {
                int bytes = client.take(0);
                taken += bytes;
                pieces += bytes > 0 ? 1 : 0;
            }
            long millis = (System.nanoTime() - begin) / 1_000_000;
            assertTrue(pieces <= 10 + millis / 2, pieces + " pieces in " + millis + " ms");
        }
    }

    @Test
    void outputGoesOnWhileAcknowledgementsAreBehindInput() throws Exception {
        int size = 24 << 20;
        try (Client client = exec("stty raw -echo; echo ready; exec cat", true)) {
            client.awaitOutput("ready");
            client.acknowledge(5);
            int taken = 0;
            for (int sent = 0; sent < size; sent += 16 * 1024) {
                client.send(16, new byte[16 * 1024]);
                for (ByteBuffer frame; (frame = client.frames.poll()) != null; ) {
                    client.acknowledge(frame.remaining() - 1);
                    taken += frame.remaining() - 1;
                }
            }
            while (taken < size) {
                int count = client.next(1).remaining();
                client.acknowledge(count);
                taken += count;
            }
        }
    }

    /** At a shell's command in the container `echo`. */
    private static Client exec(String command, boolean tty) throws Exception {
        String request = JSON.createObjectNode()
                .put("tty", tty)
                .put("openStdin", true)
                .set("command", JSON.valueToTree(List.of("sh", "-c", command)))
                .toString();
        String id = JSON.readTree(
                        berth.api("POST", "/containers/echo/exec", request).body())
                .path("id")
                .asText();
        return new Client("/exec/" + id + "/attach?from=0");
    }

    @Test
    void anExecSessionHasTheSameFrames() throws Exception {
        try (Client client = exec("cat; echo ending >&2; exit 7", false)) {
            client.send(16, "to and fro\n".getBytes(StandardCharsets.UTF_8));
            client.awaitOutput("to and fro");
            client.send(17);
            assertEquals(
                    "ending\n", StandardCharsets.UTF_8.decode(client.next(2)).toString());
            assertEquals(7, client.next(6).getInt(0));
        }
    }

    @Test
    void detachingLeavesTheProgramRunning() throws Exception {
        try (Client client = new Client("/containers/echo/attach?tail=0")) {
            client.next(4);
            client.send(21);
            assertTrue(client.isClosed());
        }
        assertEquals("running", berth.get("/containers/echo").path("state").asText());
    }

    @Test
    void ofAProgramThatHasEndedTheEndIsToldHoweverLittleIsReplayed() throws Exception {
        berth.run("run", "--name", "over", bed.image(), "sh", "-c", "echo out; exit 3");
        for (String query : List.of("", "?tail=0", "?tail=1", "?from=0", "?from=999999")) {
            try (Client client = new Client("/containers/over/attach" + query)) {
                client.next(4);
                assertEquals(3, client.next(6).getInt(0), query);
                assertTrue(client.isClosed());
            }
        }
        berth.must("rm", "over");
    }

    static Stream<Arguments> badFrames() {
        return Stream.of(
                Arguments.of("empty", new byte[0]),
                Arguments.of("opcode 0", new byte[] {0}),
                Arguments.of("an opcode of the server's", new byte[] {1, 65}),
                Arguments.of("opcode 99", new byte[] {99, 1, 2, 3}),
                Arguments.of("opcode 255", new byte[] {-1}),
                Arguments.of(
                        "too much input",
                        ByteBuffer.allocate(16 * 1024 + 2).put(0, (byte) 16).array()),
                Arguments.of("an end with a payload", new byte[] {17, 0}),
                Arguments.of("a short resize", new byte[] {18, 0, 80}),
                Arguments.of("a long resize", new byte[] {18, 0, 80, 0, 24, 0}),
                Arguments.of("a resize to nothing", new byte[] {18, 0, 0, 0, 0}),
                Arguments.of("a short acknowledgement", new byte[] {19, 0}),
                Arguments.of("no signal", new byte[] {20}),
                Arguments.of("an unknown signal", new byte[] {20, 'N', 'O', 'P', 'E'}),
                Arguments.of("a signal of noise", new byte[] {20, -1, 0, -128}),
                Arguments.of("a detach with a payload", new byte[] {21, 1}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badFrames")
    void aFrameThatBreaksTheContractIsAnsweredAndEndsTheSocket(String what, byte[] frame) throws Exception {
        int pid = berth.get("/containers/echo").path("pid").asInt();
        try (Client client = new Client("/containers/echo/attach?tail=0")) {
            client.next(4);
            client.socket.sendBinary(ByteBuffer.wrap(frame), true).get(Await.seconds(20), TimeUnit.SECONDS);
            assertEquals(422, error(client).path("status").asInt());
            assertTrue(client.isClosed());
        }
        assertEquals(pid, berth.get("/containers/echo").path("pid").asInt(), "the program goes on");
    }

    @Test
    void aTextFrameIsAnsweredAndEndsTheSocket() throws Exception {
        try (Client client = new Client("/containers/echo/attach?tail=0")) {
            client.next(4);
            client.socket.sendText("hello", true).get(Await.seconds(20), TimeUnit.SECONDS);
            assertEquals(422, error(client).path("status").asInt());
            assertTrue(client.isClosed());
        }
    }

    @Test
    void whatCannotBeAttachedToIsToldByAFrame() throws Exception {
        for (String[] one : new String[][] {
            {"/containers/nobody/attach", "404"},
            {"/exec/nobody/attach", "404"},
            {"/containers/echo/attach?from=x", "422"},
            {"/containers/echo/attach?tail=-1", "422"},
            {"/containers/echo/attach?from=99999999999999999999", "422"}
        }) {
            try (Client client = new Client(one[0])) {
                assertEquals(one[1], error(client).path("status").asText(), one[0]);
                assertTrue(client.isClosed(), one[0]);
            }
        }
    }

    @Test
    void anOffsetBeyondTheLogBeginsAtItsEnd() throws Exception {
        try (Client client = new Client("/containers/echo/attach?from=999999999999999999")) {
            client.next(3);
            client.next(4);
        }
        assertFalse(berth.get("/containers/echo").path("pid").isNull());
    }

    @Test
    void anUpgradeWithoutTheTokenIsRefused() throws IOException {
        RawHttp http = new RawHttp(berth);
        String request = "GET /api/v1/containers/echo/attach HTTP/1.1\r\nHost: 127.0.0.1:" + http.port()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        assertEquals(401, http.send(request + "\r\n").status());
        assertEquals(
                403,
                http.send(request + "Authorization: Bearer " + berth.token()
                                + "\r\nOrigin: http://evil.example\r\n\r\n")
                        .status());
    }
}
