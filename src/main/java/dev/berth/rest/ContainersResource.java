package dev.berth.rest;

import dev.berth.container.ContainerState;
import dev.berth.container.ContainerView;
import dev.berth.container.Containers;
import dev.berth.container.CreateRequest;
import dev.berth.container.UpdateRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /containers}: their life. */
@Path("/api/v1/containers")
@Produces(MediaType.APPLICATION_JSON)
public class ContainersResource {
    private final Containers containers;
    private final Streams streams;

    ContainersResource(Containers containers, Streams streams) {
        this.containers = containers;
        this.streams = streams;
    }

    /** A new name. */
    record Rename(String name) {}

    /** How it ended. */
    record Ended(int exitCode) {}

    @GET
    @Operation(summary = "The containers that run, newest first; with all, the others too")
    public List<ContainerView> list(@RestQuery Flag all, @RestQuery List<String> label, @RestQuery String state) {
        ContainerState wanted = state == null ? null : ContainerState.parse("state", state);
        return containers.list(Flag.of("all", all) || wanted != null).stream()
                .filter(view -> wanted == null || view.state() == wanted)
                .filter(view -> label == null || label.stream().allMatch(it -> hasLabel(view, it)))
                .toList();
    }

    private static boolean hasLabel(ContainerView view, String label) {
        int equals = label.indexOf('=');
        Map<String, String> labels = view.config().labels();
        return equals < 0
                ? labels.containsKey(label)
                : label.substring(equals + 1).equals(labels.get(label.substring(0, equals)));
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Makes a container")
    @APIResponseSchema(value = ContainerView.class, responseCode = "201", responseDescription = "Made")
    public Response create(@RequestBody CreateRequest request) {
        ContainerView view = containers.create(request);
        return Response.created(URI.create("/api/v1/containers/" + view.id()))
                .entity(view)
                .build();
    }

    @GET
    @Path("/{container}")
    @Operation(summary = "One container")
    public ContainerView inspect(String container) {
        return containers.inspect(container);
    }

    @PATCH
    @Path("/{container}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Changes the limits of a container, also of one that runs")
    public ContainerView update(String container, @RequestBody UpdateRequest request) {
        return containers.update(container, request);
    }

    @DELETE
    @Path("/{container}")
    @Operation(summary = "Removes a container; with force, one that runs, too")
    public void remove(String container, @RestQuery Flag force, @RestQuery Flag volumes) {
        containers.remove(container, Flag.of("force", force), Flag.of("volumes", volumes));
    }

    @POST
    @Path("/{container}/start")
    @Operation(summary = "Starts a container")
    public ContainerView start(String container) {
        return containers.start(container);
    }

    @POST
    @Path("/{container}/stop")
    @Operation(summary = "Asks the program to end, and ends it after the timeout")
    public ContainerView stop(String container, @RestQuery Whole timeout) {
        return containers.stop(container, Whole.orNull("timeout", timeout));
    }

    @POST
    @Path("/{container}/restart")
    @Operation(summary = "Stops and starts a container")
    public ContainerView restart(String container, @RestQuery Whole timeout) {
        return containers.restart(container, Whole.orNull("timeout", timeout));
    }

    @POST
    @Path("/{container}/kill")
    @Operation(summary = "Sends a signal to the program")
    public ContainerView kill(String container, @RestQuery String signal) {
        return containers.kill(container, signal);
    }

    @POST
    @Path("/{container}/pause")
    @Operation(summary = "Freezes all that runs in a container")
    public ContainerView pause(String container) {
        return containers.pause(container);
    }

    @POST
    @Path("/{container}/unpause")
    @Operation(summary = "Lets a paused container go on")
    public ContainerView unpause(String container) {
        return containers.unpause(container);
    }

    @POST
    @Path("/{container}/rename")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Gives a container another name")
    public ContainerView rename(String container, @RequestBody Rename wanted) {
        return containers.rename(container, wanted.name());
    }

    @POST
    @Path("/{container}/wait")
    @Operation(summary = "Answers when the container does not run, or is gone")
    public Ended await(String container, @RestQuery String condition, @Context HttpServerResponse response) {
        if (condition != null && !List.of("not-running", "removed").contains(condition)) {
            throw Refused.wrong("condition", "no condition \"" + condition + "\": not-running or removed");
        }
        return streams.whileConnected(
                response, () -> new Ended(containers.await(container, "removed".equals(condition))));
    }
}
