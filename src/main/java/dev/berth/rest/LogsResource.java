package dev.berth.rest;

import dev.berth.container.Containers;
import dev.berth.container.LogLine;
import dev.berth.container.LogQuery;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /containers/{c}/logs}. */
@Path("/api/v1/containers/{container}/logs")
public class LogsResource {
    private static final String LINES = "application/x-ndjson";

    private final Containers containers;
    private final Streams streams;

    LogsResource(Containers containers, Streams streams) {
        this.containers = containers;
        this.streams = streams;
    }

    @GET
    public Response read(
            String container,
            @RestQuery boolean follow,
            @RestQuery String tail,
            @RestQuery String since,
            @RestQuery String until,
            @RestQuery boolean timestamps,
            @RestQuery String stream,
            @HeaderParam("Accept") String accept,
            HttpServerResponse response) {
        Integer lines = "all".equals(tail) ? null : Numbers.orNull("tail", tail);
        LogQuery query = new LogQuery(lines, time("since", since), time("until", until), stream, follow);
        boolean tty = containers.inspect(container).config().tty();
        if (accept != null && accept.contains(LINES)) {
            return Response.ok(
                            streams.of(
                                    response,
                                    out -> containers.logLines(container, query, false, out::jsonLine, out::flush)),
                            LINES)
                    .build();
        }
        boolean raw = tty && lines == null && !timestamps;
        return Response.ok(
                        streams.of(response, out -> {
                            if (raw) {
                                containers.logBytes(container, query, out::bytes, out::flush);
                            } else {
                                containers.logLines(
                                        container, query, false, line -> out.bytes(text(line, timestamps)), out::flush);
                            }
                        }),
                        "text/plain;charset=utf-8")
                .build();
    }

    private static byte[] text(LogLine line, boolean timestamps) {
        String prefix = timestamps ? line.time() + " " : "";
        return (prefix + line.data() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static Instant time(String field, String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return text.matches("\\d{1,12}") ? Instant.ofEpochSecond(Long.parseLong(text)) : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw Refused.wrong(field, field + " \"" + text + "\" is no time such as 2026-01-31T12:00:00Z");
        }
    }
}
