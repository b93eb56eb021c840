package dev.berth.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A program at {@code /api/v1/live}, with the token. What comes is kept in order until it is asked for. */
final class LiveClient implements WebSocket.Listener, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_SECONDS = 30;

    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;

    LiveClient(Berth berth) throws Exception {
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + berth.token())
                .subprotocols("berth.v1")
                .buildAsync(URI.create(berth.url().replaceFirst("http", "ws") + "/api/v1/live"), this)
                .get(Await.seconds(20), TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            texts.add(partial.toString());
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
        texts.add("{\"topic\":\"closed\",\"kind\":\"" + status + "\"}");
        return null;
    }

    void say(String text) throws Exception {
        socket.sendText(text, true).get(Await.seconds(20), TimeUnit.SECONDS);
    }

    void sayBytes(byte[] bytes) throws Exception {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).get(Await.seconds(20), TimeUnit.SECONDS);
    }

    void subscribe(String topic) throws Exception {
        say(JSON.writeValueAsString(Map.of("subscribe", List.of(topic))));
    }

    /** The next message, whatever it is. */
    JsonNode next() throws InterruptedException, IOException {
        String text = texts.poll(Await.seconds(PATIENCE_SECONDS), TimeUnit.SECONDS);
        if (text == null) {
            throw new AssertionError("nothing came");
        }
        return JSON.readTree(text);
    }

    /** The next message that is as wanted; those before it are passed over. */
    JsonNode next(Predicate<JsonNode> wanted) throws InterruptedException, IOException {
        JsonNode message = next();
        while (!wanted.test(message)) {
            message = next();
        }
        return message;
    }

    @Override
    public void close() {
        socket.abort();
    }
}
