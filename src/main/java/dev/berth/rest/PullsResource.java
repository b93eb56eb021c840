package dev.berth.rest;

import dev.berth.image.PullBoard;
import dev.berth.image.PullPolicy;
import dev.berth.image.PullProgress;
import dev.berth.image.Pulls;
import dev.berth.image.StoredImage;
import dev.berth.oci.OciException;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /images/pull} and {@code /images/pulls}. */
@Path("/api/v1/images")
@Produces(MediaType.APPLICATION_JSON)
public class PullsResource {
    private static final String LINES = "application/x-ndjson";

    private final Pulls pulls;
    private final PullBoard board;
    private final Streams streams;

    PullsResource(Pulls pulls, PullBoard board, Streams streams) {
        this.pulls = pulls;
        this.board = board;
        this.streams = streams;
    }

    /** What to pull. */
    record PullRequest(String reference, String platform, String policy) {
        Reference parsedReference() {
            if (reference == null || reference.isBlank()) {
                throw Refused.wrong("reference", "reference is missing: say which image to pull");
            }
            return Reference.parse(reference.strip());
        }

        Platform parsedPlatform() {
            try {
                return platform == null ? Platform.host() : Platform.parse(platform);
            } catch (OciException e) {
                throw Refused.wrong("platform", e.getMessage());
            }
        }

        PullPolicy parsedPolicy() {
            return policy == null
                    ? PullPolicy.ALWAYS
                    : Arrays.stream(PullPolicy.values())
                            .filter(it -> it.text().equals(policy))
                            .findFirst()
                            .orElseThrow(() ->
                                    Refused.wrong("policy", "no policy \"" + policy + "\": always, missing or never"));
        }
    }

    /** A layer's progress, as the API writes it. */
    record Line(String layer, String status, long current, long total) {
        static Line of(PullProgress progress) {
            return new Line(
                    progress.layer().toString(), progress.status().text(), progress.current(), progress.total());
        }
    }

    /** The last line of a pull that came to its end. */
    record Done(String status, String reference, String digest, String id) {
        static Done of(Reference reference, StoredImage image) {
            return new Done(
                    "done",
                    reference.canonical(),
                    image.descriptor().digest().toString(),
                    image.id().toString());
        }
    }

    /** The last line of one that did not. */
    record Failed(String status, Problem error) {}

    /** A pull that runs in the service. */
    record Detached(String id) {}

    /** A pull that runs. */
    record PullView(String id, String reference, String platform, Instant started, List<Line> layers) {
        static PullView of(Pulls.View view) {
            return new PullView(
                    view.id(),
                    view.reference().canonical(),
                    view.platform().toString(),
                    view.started(),
                    view.layers().stream().map(Line::of).toList());
        }
    }

    /** @param detach true: it runs in the service, and the answer is its id; else it ends with this connection */
    @POST
    @Path("/pull")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces({LINES, MediaType.APPLICATION_JSON})
    @Operation(summary = "Fetches an image; closing the connection cancels it")
    @APIResponse(
            responseCode = "200",
            description = "Lines as it goes on; the last one says how it ended",
            content = @Content(mediaType = LINES, schema = @Schema(oneOf = {Line.class, Done.class, Failed.class})))
    @APIResponse(
            responseCode = "202",
            description = "With detach: it runs in the service",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Detached.class)))
    public Response pull(
            @RestQuery Flag detach, @RequestBody PullRequest wanted, @Context HttpServerResponse response) {
        Reference reference = wanted.parsedReference();
        Platform platform = wanted.parsedPlatform();
        PullPolicy policy = wanted.parsedPolicy();
        if (Flag.of("detach", detach)) {
            return Response.status(Response.Status.ACCEPTED)
                    .type(MediaType.APPLICATION_JSON)
                    .entity(new Detached(board.start(reference, platform, policy)))
                    .build();
        }
        return Response.ok(streams.of(response, out -> stream(reference, platform, policy, out)), LINES)
                .build();
    }

    private void stream(Reference reference, Platform platform, PullPolicy policy, Streams.Out out)
            throws InterruptedException {
        PullLines lines = new PullLines();
        try (Pulls.Waiting waiting =
                pulls.start(reference, platform, policy, progress -> lines.progress(Line.of(progress)))) {
            Thread last = new Thread(() -> lines.end(end(reference, waiting)), "pull " + waiting.id());
            last.setDaemon(true);
            last.start();
            while (true) {
                Object line = lines.take();
                out.jsonLine(line);
                out.flush();
                if (line instanceof Done || line instanceof Failed) {
                    return;
                }
            }
        }
    }

    private static Object end(Reference reference, Pulls.Waiting waiting) {
        try {
            return Done.of(reference, waiting.await());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Failed("error", Refused.notReadable("interrupted").problem());
        } catch (RuntimeException e) {
            return new Failed("error", Problems.of(e));
        }
    }

    @GET
    @Path("/pulls")
    @Operation(summary = "The pulls that run")
    public List<PullView> list() {
        return pulls.list().stream().map(PullView::of).toList();
    }

    @DELETE
    @Path("/pulls/{id}")
    @Operation(summary = "Cancels a pull; what was fetched is kept for the next one")
    public void cancel(String id) {
        if (!pulls.cancel(id)) {
            throw Refused.notFound("there is no pull " + id + "; it may have ended");
        }
    }
}
