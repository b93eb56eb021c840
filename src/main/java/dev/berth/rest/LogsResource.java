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
import java.util.Arrays;
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
            @RestQuery String follow,
            @RestQuery String tail,
            @RestQuery String since,
            @RestQuery String until,
            @RestQuery String timestamps,
            @RestQuery String stream,
            @HeaderParam("Accept") String accept,
            HttpServerResponse response) {
        Integer lines = "all".equals(tail) ? null : Numbers.orNull("tail", tail);
        LogQuery query =
                new LogQuery(lines, time("since", since), time("until", until), stream, Flags.of("follow", follow));
        boolean stamped = Flags.of("timestamps", timestamps);
        boolean tty = containers.inspect(container).config().tty();
        if (accept != null && accept.contains(LINES)) {
            return Response.ok(
                            streams.of(
                                    response,
                                    out -> containers.logLines(container, query, false, out::jsonLine, out::flush)),
                            LINES)
                    .build();
        }
        boolean raw = tty && lines == null && !stamped;
        return Response.ok(
                        streams.of(response, out -> {
                            if (raw) {
                                containers.logBytes(container, query, out::bytes, out::flush);
                            } else {
                                containers.logLines(
                                        container, query, false, line -> out.bytes(text(line, stamped)), out::flush);
                            }
                        }),
                        "text/plain;charset=utf-8")
                .build();
    }

    private static byte[] text(LogLine line, boolean timestamps) {
        if (!timestamps) {
            return line.bytes();
        }
        byte[] prefix = (line.time() + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(prefix, prefix.length + line.bytes().length);
        System.arraycopy(line.bytes(), 0, all, prefix.length, line.bytes().length);
        return all;
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
