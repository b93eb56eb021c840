package dev.berth.rest;

import dev.berth.container.Containers;
import dev.berth.container.LogLine;
import dev.berth.container.LogQuery;
import dev.berth.container.LogSink;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /containers/{c}/logs}. */
@Path("/api/v1/containers/{container}/logs")
public class LogsResource {
    private static final String LINES = "application/x-ndjson";
    private static final String FRAMES = "application/vnd.berth.frames";
    private static final String TEXT = "text/plain";
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int SKIPPED = 7;

    private final Containers containers;
    private final Streams streams;

    LogsResource(Containers containers, Streams streams) {
        this.containers = containers;
        this.streams = streams;
    }

    @GET
    @Operation(summary = "What the program wrote; with follow, what it writes until it ends, too")
    @APIResponse(
            responseCode = "200",
            description = "Text; where Accept asks for it, frames that tell the streams apart, or lines of JSON",
            content = {
                @Content(mediaType = TEXT, schema = @Schema(implementation = String.class)),
                @Content(mediaType = FRAMES, schema = @Schema(implementation = String.class)),
                @Content(mediaType = LINES, schema = @Schema(implementation = LogLine.class))
            })
    public Response read(
            String container,
            @RestQuery Flag follow,
            @RestQuery Whole tail,
            @RestQuery Time since,
            @RestQuery Time until,
            @RestQuery Flag timestamps,
            @RestQuery String stream,
            @Parameter(hidden = true) @HeaderParam("Accept") String accept,
            @Context HttpServerResponse response) {
        Integer lines = tail == null || tail.text().equals("all") ? null : Whole.orNull("tail", tail);
        LogQuery query = new LogQuery(
                lines, Time.orNull("since", since), Time.orNull("until", until), stream, Flag.of("follow", follow));
        boolean stamped = Flag.of("timestamps", timestamps);
        boolean tty = containers.inspect(container).config().tty();
        if (accept != null && accept.contains(LINES)) {
            return Response.ok(
                            streams.of(
                                    response,
                                    out -> containers.logLines(
                                            container, query, false, LogSink.of(out::jsonLine, out::flush))),
                            LINES)
                    .build();
        }
        boolean raw = tty && lines == null && !stamped;
        boolean framed = accept != null && accept.contains(FRAMES);
        return Response.ok(
                        streams.of(response, out -> {
                            Sink sink = framed ? out::frame : (opcode, bytes) -> text(out, opcode, bytes);
                            if (raw) {
                                containers.logBytes(
                                        container,
                                        query,
                                        bytes -> sink.write(STDOUT, bytes),
                                        skipped -> sink.write(SKIPPED, number(skipped)),
                                        out::flush);
                            } else {
                                containers.logLines(
                                        container,
                                        query,
                                        false,
                                        LogSink.of(line -> write(sink, line, stamped), out::flush));
                            }
                        }),
                        framed ? FRAMES : TEXT + ";charset=utf-8")
                .build();
    }

    private interface Sink {
        void write(int opcode, byte[] bytes);
    }

    private static void write(Sink sink, LogLine line, boolean timestamps) {
        if (line.isGap()) {
            sink.write(SKIPPED, number(line.skipped()));
        } else {
            sink.write(opcode(line), text(line, timestamps));
        }
    }

    /** Text holds nothing but what the program wrote. */
    private static void text(Streams.Out out, int opcode, byte[] bytes) {
        if (opcode != SKIPPED) {
            out.bytes(bytes);
        }
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** As attaching has it. */
    private static int opcode(LogLine line) {
        return line.stream().equals("stderr") ? STDERR : STDOUT;
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
}
