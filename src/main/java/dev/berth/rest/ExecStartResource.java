package dev.berth.rest;

import dev.berth.container.Containers;
import dev.berth.container.ExecRequest;
import dev.berth.container.ExecView;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
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
    @Consumes(MediaType.APPLICATION_JSON)
    public Response start(String container, @RestQuery String wait, InputStream body) {
        ExecRequest request = bodies.read(body, ExecRequest.class);
        if (Flags.of("wait", wait)) {
            return Response.ok(containers.execAndWait(container, request)).build();
        }
        ExecView session = containers.exec(container, request);
        return Response.status(Response.Status.CREATED)
                .entity(Map.of("id", session.id()))
                .build();
    }
}
