package dev.berth.rest;

import dev.berth.container.ContainerState;
import dev.berth.container.ContainerView;
import dev.berth.container.Containers;
import dev.berth.container.CreateRequest;
import dev.berth.container.PortRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /containers}: their life. */
@Path("/api/v1/containers")
@Produces(MediaType.APPLICATION_JSON)
public class ContainersResource {
    private final Containers containers;
    private final Bodies bodies;

    ContainersResource(Containers containers, Bodies bodies) {
        this.containers = containers;
        this.bodies = bodies;
    }

    /** A new name. */
    record Rename(String name) {}

    @GET
    public List<ContainerView> list(@RestQuery String all, @RestQuery List<String> label, @RestQuery String state) {
        ContainerState wanted = state == null ? null : ContainerState.parse("state", state);
        return containers.list(Flags.of("all", all) || wanted != null).stream()
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
    public Response create(InputStream body) {
        ContainerView view = containers.create(bodies.read(body, CreateRequest.class));
        return Response.created(URI.create("/api/v1/containers/" + view.id()))
                .entity(view)
                .build();
    }

    @GET
    @Path("/{container}")
    public ContainerView inspect(String container) {
        return containers.inspect(container);
    }

    @DELETE
    @Path("/{container}")
    public void remove(String container, @RestQuery String force, @RestQuery String volumes) {
        containers.remove(container, Flags.of("force", force), Flags.of("volumes", volumes));
    }

    @POST
    @Path("/{container}/start")
    public ContainerView start(String container) {
        return containers.start(container);
    }

    @POST
    @Path("/{container}/stop")
    public ContainerView stop(String container, @RestQuery String timeout) {
        return containers.stop(container, Numbers.orNull("timeout", timeout));
    }

    @POST
    @Path("/{container}/restart")
    public ContainerView restart(String container, @RestQuery String timeout) {
        return containers.restart(container, Numbers.orNull("timeout", timeout));
    }

    @POST
    @Path("/{container}/kill")
    public ContainerView kill(String container, @RestQuery String signal) {
        return containers.kill(container, signal);
    }

    @POST
    @Path("/{container}/rename")
    @Consumes(MediaType.APPLICATION_JSON)
    public ContainerView rename(String container, InputStream body) {
        return containers.rename(container, bodies.read(body, Rename.class).name());
    }

    @POST
    @Path("/{container}/wait")
    public Map<String, Integer> await(String container, @RestQuery String condition) {
        if (condition != null && !List.of("not-running", "removed").contains(condition)) {
            throw Refused.wrong("condition", "no condition \"" + condition + "\": not-running or removed");
        }
        return Map.of("exitCode", containers.await(container, "removed".equals(condition)));
    }

    @GET
    @Path("/{container}/ports")
    public List<ContainerView.PortView> ports(String container) {
        return containers.inspect(container).ports();
    }

    @POST
    @Path("/{container}/ports")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response addPort(String container, InputStream body) {
        ContainerView.PortView added = containers.addPort(container, bodies.read(body, PortRequest.class));
        return Response.status(Response.Status.CREATED).entity(added).build();
    }

    @DELETE
    @Path("/{container}/ports/{protocol}/{hostPort}")
    public void removePort(String container, String protocol, String hostPort, @RestQuery String hostAddress) {
        Integer port = Numbers.orNull("hostPort", hostPort);
        containers.removePort(container, protocol, port == null ? 0 : port, hostAddress);
    }
}
