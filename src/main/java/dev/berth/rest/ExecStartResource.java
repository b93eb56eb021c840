package dev.berth.rest;

import dev.berth.container.Containers;
import dev.berth.container.ExecRequest;
import dev.berth.container.ExecView;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /containers/{c}/exec}: runs a program in a container. */
@Path("/api/v1/containers/{container}/exec")
@Produces(MediaType.APPLICATION_JSON)
public class ExecStartResource {
    private final Containers containers;
    private final Bodies bodies;

    ExecStartResource(Containers containers, Bodies bodies) {
        this.containers = containers;
        this.bodies = bodies;
    }

    /** @param wait true: the answer comes when the program has ended, with what it wrote */
    @POST
    public Response start(String container, @RestQuery boolean wait, byte[] body) {
        ExecRequest request = bodies.read(body, ExecRequest.class);
        if (wait) {
            return Response.ok(containers.execAndWait(container, request)).build();
        }
        ExecView session = containers.exec(container, request);
        return Response.status(Response.Status.CREATED)
                .entity(Map.of("id", session.id()))
                .build();
    }
}
