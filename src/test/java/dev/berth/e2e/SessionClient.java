package dev.berth.e2e;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A client of an attach socket: reads what a program writes, from the first byte on, and types. */
final class SessionClient implements AutoCloseable {
    private static final int STDOUT = 1;
    private static final int EXITED = 6;
    private static final int INPUT = 16;
    private static final long PATIENCE_SECONDS = 30;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream frame = new ByteArrayOutputStream();
    private final WebSocket socket;
    private Integer exit;

    /** @param path as in {@code /exec/<id>/attach} */
    SessionClient(Berth berth, String path) throws Exception {
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + berth.token())
                .subprotocols("berth.v1")
                .buildAsync(URI.create(berth.url().replaceFirst("http", "ws") + "/api/v1" + path), new Listener())
                .get(Await.seconds(PATIENCE_SECONDS), TimeUnit.SECONDS);
    }

    void type(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocate(bytes.length + 1);
        message.put((byte) INPUT).put(bytes).flip();
        socket.sendBinary(message, true).join();
    }

    void await(String text) throws InterruptedException {
        Await.until("it says " + text, PATIENCE_SECONDS, () -> output().contains(text));
    }

    int awaitExit() throws InterruptedException {
        Await.until("it has ended", PATIENCE_SECONDS, () -> exitCode() != null);
        return exitCode();
    }

    synchronized String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    private synchronized Integer exitCode() {
        return exit;
    }

    private synchronized void take(ByteBuffer part, boolean last) {
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        frame.writeBytes(bytes);
        if (!last) {
            return;
        }
        ByteBuffer whole = ByteBuffer.wrap(frame.toByteArray());
        frame.reset();
        int opcode = whole.get();
        if (opcode == STDOUT) {
            output.write(whole.array(), 1, whole.remaining());
        } else if (opcode == EXITED) {
            exit = whole.getInt();
        }
    }

    @Override
    public void close() {
        socket.abort();
    }

    private final class Listener implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            take(data, last);
            from.request(1);
            return null;
        }
    }
}
