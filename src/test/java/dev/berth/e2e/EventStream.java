package dev.berth.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The events of a service, from its start on. */
final class EventStream {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private EventStream() {}

    /** The first event of an object that is wanted; waits for it. */
    static JsonNode await(Berth berth, String object, Predicate<JsonNode> wanted) throws IOException {
        URI url = URI.create(berth.url());
        List<JsonNode> others = new ArrayList<>();
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(Await.millis(PATIENCE_MILLIS));
            String request = "GET /api/v1/events?since=0 HTTP/1.1\r\nHost: " + url.getAuthority()
                    + "\r\nAuthorization: Bearer " + berth.token() + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("data: ")) {
                    continue;
                }
                JsonNode event = JSON.readTree(line.substring(6));
                if (event.path("object").asText().equals(object)) {
                    if (wanted.test(event)) {
                        return event;
                    }
                    others.add(event);
                }
            }
        } catch (IOException e) {
            throw new AssertionError("the event was not told, but these were: " + others, e);
        }
        throw new AssertionError("the events ended after " + others);
    }
}
