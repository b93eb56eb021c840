package dev.berth.rest;

import dev.berth.container.Containers;
import dev.berth.container.Event;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /events}: what happens, as server-sent events. */
@Path("/api/v1/events")
public class EventsResource {
    private static final int MOST = 10_000;
    private static final int BEAT_SECONDS = 15;

    private final Containers containers;
    private final Streams streams;

    EventsResource(Containers containers, Streams streams) {
        this.containers = containers;
        this.streams = streams;
    }

    @GET
    public Response follow(
            @RestQuery String since,
            @RestQuery String type,
            @RestQuery String container,
            @HeaderParam("Last-Event-ID") String lastSeen,
            HttpServerResponse response) {
        String id = container == null ? null : containers.inspect(container).id();
        Predicate<Event> wanted = event -> (type == null || event.type().equals(type))
                && (id == null
                        || id.equals(event.object())
                        || id.equals(event.attributes().get("container")));
        long after = after(since, lastSeen);
        return Response.ok(streams.of(response, out -> write(out, after, wanted)), "text/event-stream")
                .build();
    }

    private void write(Streams.Out out, long after, Predicate<Event> wanted) throws InterruptedException {
        LinkedBlockingQueue<Event> queue = new LinkedBlockingQueue<>(MOST);
        try (AutoCloseable listening = containers.events().listen(after, queue::offer)) {
            out.bytes(": events\n\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            while (true) {
                Event event = queue.poll(BEAT_SECONDS, TimeUnit.SECONDS);
                if (event == null) {
                    out.bytes(":\n\n".getBytes(StandardCharsets.US_ASCII));
                } else if (wanted.test(event)) {
                    out.bytes(("id: " + event.sequence() + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
                    out.json(event);
                    out.bytes("\n\n".getBytes(StandardCharsets.US_ASCII));
                }
                out.flush();
            }
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A sequence number, or a time from which on events are wanted. */
    private static long after(String since, String lastSeen) {
        String text = lastSeen == null ? since : lastSeen;
        if (text == null || text.isEmpty()) {
            return Long.MAX_VALUE;
        }
        if (!text.matches("\\d{1,18}")) {
            throw Refused.wrong("since", "since \"" + text + "\" is no sequence number of an event");
        }
        return Long.parseLong(text);
    }
}
