package dev.berth.rest;

import dev.berth.container.ContainerException;
import dev.berth.container.Containers;
import dev.berth.container.ProcessView;
import dev.berth.container.Usage;
import dev.berth.container.UsageMeter;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /containers/{c}/stats} and {@code /top}: what a container that runs uses, and its processes. */
@Path("/api/v1/containers/{container}")
@Produces(MediaType.APPLICATION_JSON)
public class UsageResource {
    private static final String LINES = "application/x-ndjson";
    private static final int PATIENCE_SECONDS = 5;
    /** Measurements that wait for a client that does not read; it misses the later ones. */
    private static final int MOST = 60;

    private final Containers containers;
    private final UsageMeter meter;
    private final Streams streams;

    UsageResource(Containers containers, UsageMeter meter, Streams streams) {
        this.containers = containers;
        this.meter = meter;
        this.streams = streams;
    }

    @GET
    @Path("/top")
    @Operation(summary = "The processes of a container that runs")
    public List<ProcessView> processes(String container) {
        return containers.processes(container);
    }

    @GET
    @Path("/stats")
    @Produces({MediaType.APPLICATION_JSON, LINES})
    @Operation(
            summary =
                    "What a container that runs uses; with stream, each second until it ends; with history, what it used")
    @APIResponse(
            responseCode = "200",
            description = "One measurement, or a line for each; with history a list",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Usage.class)),
                @Content(mediaType = LINES, schema = @Schema(implementation = Usage.class))
            })
    public Response usage(
            String container, @RestQuery Flag stream, @RestQuery Whole history, @Context HttpServerResponse response) {
        boolean endless = Flag.of("stream", stream);
        Integer seconds = Whole.orNull("history", history);
        if (endless && seconds != null) {
            throw Refused.wrong("history", "history and stream exclude each other: ask for one of them");
        }
        String id = containers.measurable(container);
        if (seconds != null) {
            return Response.ok(meter.since(id, Instant.now().minusSeconds(seconds)), MediaType.APPLICATION_JSON)
                    .build();
        }
        if (endless) {
            return Response.ok(streams.of(response, out -> write(id, out)), LINES)
                    .build();
        }
        return Response.ok(streams.whileConnected(response, () -> once(id)), MediaType.APPLICATION_JSON)
                .build();
    }

    private void write(String id, Streams.Out out) throws InterruptedException {
        BlockingQueue<Usage> measured = new LinkedBlockingQueue<>(MOST);
        try (UsageMeter.Watching watching = meter.watch(id, measured::offer)) {
            for (Usage usage = next(measured); usage != null; usage = next(measured)) {
                out.jsonLine(usage);
                out.flush();
            }
        }
    }

    /** The second measurement: how many cores are in use is known only between two. */
    private Usage once(String id) {
        BlockingQueue<Usage> measured = new LinkedBlockingQueue<>(MOST);
        try (UsageMeter.Watching watching = meter.watch(id, measured::offer)) {
            Usage usage = next(measured) == null ? null : next(measured);
            if (usage == null) {
                throw new ContainerException.Conflict(
                        "not-running", "cannot measure container " + id.substring(0, 12) + ": it has just ended");
            }
            return usage;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while container " + id + " was measured", e);
        }
    }

    private static Usage next(BlockingQueue<Usage> measured) throws InterruptedException {
        return measured.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
