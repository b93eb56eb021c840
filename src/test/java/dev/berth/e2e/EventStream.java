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
        List<JsonNode> events =
                upTo(berth, event -> event.path("object").asText().equals(object) && wanted.test(event));
        return events.get(events.size() - 1);
    }

    /** All events up to the first that is wanted, and that one; waits for it. */
    static List<JsonNode> upTo(Berth berth, Predicate<JsonNode> wanted) throws IOException {
        URI url = URI.create(berth.url());
        List<JsonNode> events = new ArrayList<>();
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(Await.millis(PATIENCE_MILLIS));
            String request = "GET /api/v1/events?since=0 HTTP/1.1\r\nHost: " + url.getAuthority()
                    + "\r\nAuthorization: Bearer " + berth.token() + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data: ")) {
                    events.add(JSON.readTree(line.substring(6)));
                    if (wanted.test(events.get(events.size() - 1))) {
                        return events;
                    }
                }
            }
        } catch (IOException e) {
            throw new AssertionError("the event was not told, but these were: " + events, e);
        }
        throw new AssertionError("the events ended after " + events);
    }
}
