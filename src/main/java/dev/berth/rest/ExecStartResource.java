package dev.berth.rest;

import dev.berth.container.Containers;
import dev.berth.container.ExecOutcome;
import dev.berth.container.ExecRequest;
import dev.berth.container.ExecView;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /containers/{c}/exec}: runs a program in a container. */
@Path("/api/v1/containers/{container}/exec")
@Produces(MediaType.APPLICATION_JSON)
public class ExecStartResource {
    private final Containers containers;
    private final Streams streams;

    ExecStartResource(Containers containers, Streams streams) {
        this.containers = containers;
        this.streams = streams;
    }

    /** The session that was begun. */
    record Begun(String id) {}

    /** The form of what is written piece by piece, because the heap has no room for all of it. */
    record ExecResult(int exitCode, String stdout, String stderr, boolean truncated) {}

    /** @param wait true: the answer comes when the program has ended, with what it wrote */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Runs a program beside the container's own; with wait, to its end")
    @APIResponse(
            responseCode = "201",
            description = "It runs; Location names it",
            content = @Content(schema = @Schema(implementation = Begun.class)))
    @APIResponse(
            responseCode = "200",
            description = "With wait: it ran to its end",
            content = @Content(schema = @Schema(implementation = ExecResult.class)))
    public Response start(
            String container,
            @RestQuery Flag wait,
            @RequestBody ExecRequest request,
            @Context HttpServerResponse response) {
        if (Flag.of("wait", wait)) {
            return Response.ok(
                            streams.of(response, out -> {
                                try (ExecOutcome outcome = containers.execAndWait(container, request)) {
                                    write(outcome, out);
                                }
                            }),
                            MediaType.APPLICATION_JSON)
                    .build();
        }
        ExecView session = containers.exec(container, request);
        return Response.created(URI.create("/api/v1/exec/" + session.id()))
                .entity(new Begun(session.id()))
                .build();
    }

    private static void write(ExecOutcome outcome, Streams.Out out) {
        out.json(json -> {
            json.writeStartObject();
            json.writeNumberField("exitCode", outcome.exitCode());
            json.writeFieldName("stdout");
            json.writeString(outcome.stdout(), -1);
            json.writeFieldName("stderr");
            json.writeString(outcome.stderr(), -1);
            json.writeBooleanField("truncated", outcome.truncated());
            json.writeEndObject();
        });
    }
}
