package dev.berth.rest;

import dev.berth.container.ContainerException;
import dev.berth.container.Containers;
import dev.berth.container.Event;
import dev.berth.container.Events;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /events}: what happens, as server-sent events. */
@Path("/api/v1/events")
public class EventsResource {
    private static final String STREAM = "text/event-stream";
    private static final int MOST = 10_000;
    private static final int BEAT_SECONDS = 15;

    private final Containers containers;
    private final Streams streams;

    EventsResource(Containers containers, Streams streams) {
        this.containers = containers;
        this.streams = streams;
    }

    @GET
    @Operation(summary = "What happens, as server-sent events; since or Last-Event-ID bring the past, too")
    @APIResponse(
            responseCode = "200",
            description = "id is the sequence, data the event; a comment now and then keeps the connection",
            content = @Content(mediaType = STREAM, schema = @Schema(implementation = Event.class)))
    public Response follow(
            @RestQuery String since,
            @RestQuery List<String> type,
            @RestQuery String container,
            @HeaderParam("Last-Event-ID") String lastSeen,
            @Context HttpServerResponse response) {
        Predicate<Event> wanted = ofTypes(type).and(of(container));
        Start start = lastSeen == null || lastSeen.isEmpty() ? Start.at("since", since) : Start.after(lastSeen);
        return Response.ok(streams.of(response, out -> write(out, start.sequence(), wanted.and(start::wants))), STREAM)
                .build();
    }

    private static Predicate<Event> ofTypes(List<String> types) {
        if (types == null || types.isEmpty()) {
            return event -> true;
        }
        for (String type : types) {
            if (!Events.TYPES.contains(type)) {
                throw Refused.wrong(
                        "type", "no event has the type \"" + type + "\": one has, such as container.started");
            }
        }
        return event -> types.contains(event.type());
    }

    private Predicate<Event> of(String container) {
        if (container == null) {
            return event -> true;
        }
        String id = idOf(container);
        return event ->
                id.equals(event.object()) || id.equals(event.attributes().get("container"));
    }

    /** Of one that has been removed, by what is still told of it. */
    private String idOf(String container) {
        try {
            return containers.inspect(container).id();
        } catch (ContainerException.NotFound gone) {
            List<Event> past = containers.events().since(0);
            return last(past, event -> container.equals(event.name()))
                    .or(() -> container.isEmpty()
                            ? Optional.empty()
                            : last(past, event -> event.object().startsWith(container)))
                    .map(Event::object)
                    .orElseThrow(() -> gone);
        }
    }

    private static Optional<Event> last(List<Event> past, Predicate<Event> wanted) {
        return past.stream()
                .filter(event -> event.type().startsWith("container."))
                .filter(wanted)
                .reduce((earlier, later) -> later);
    }

    /** Where the past begins that a client wants: behind a sequence number, or at a time. */
    private record Start(long sequence, Instant time) {
        /** @param since a sequence number, or a time in RFC 3339; absent is now */
        static Start at(String field, String since) {
            if (since == null || since.isEmpty()) {
                return new Start(Long.MAX_VALUE, Instant.MIN);
            }
            return since.matches("[0-9]+") ? after(since) : new Start(0, Time.orNull(field, new Time(since)));
        }

        static Start after(String sequence) {
            if (!sequence.matches("[0-9]{1,18}")) {
                throw Refused.wrong("since", "\"" + sequence + "\" is no sequence number of an event");
            }
            return new Start(Long.parseLong(sequence), Instant.MIN);
        }

        boolean wants(Event event) {
            return !event.time().isBefore(time);
        }
    }

    private void write(Streams.Out out, long after, Predicate<Event> wanted) throws InterruptedException {
        LinkedBlockingQueue<Event> queue = new LinkedBlockingQueue<>(MOST);
        AtomicBoolean lost = new AtomicBoolean();
        Consumer<Event> listener = event -> lost.compareAndSet(false, !queue.offer(event));
        try (AutoCloseable listening = containers.events().listen(after, listener)) {
            out.bytes(": events\n\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            // Whoever reads too slowly is cut off rather than told half: it asks again with the last id that it saw.
            while (!lost.get() || !queue.isEmpty()) {
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
}
