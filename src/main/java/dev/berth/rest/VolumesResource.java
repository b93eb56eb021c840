package dev.berth.rest;

import dev.berth.container.Containers;
import dev.berth.container.Volumes;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/** {@code /volumes}. */
@Path("/api/v1/volumes")
@Produces(MediaType.APPLICATION_JSON)
public class VolumesResource {
    private final Volumes volumes;
    private final Bodies bodies;

    VolumesResource(Containers containers, Bodies bodies) {
        this.volumes = containers.volumes();
        this.bodies = bodies;
    }

    /** A volume to make. */
    record Wanted(String name, Map<String, String> labels) {}

    @GET
    public List<Volumes.View> list() {
        return volumes.list();
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response create(InputStream body) {
        Wanted wanted = bodies.read(body, Wanted.class);
        if (wanted.labels() != null && !wanted.labels().isEmpty()) {
            throw Refused.wrong("labels", "cannot label a volume: this version of Berth keeps none; leave it out");
        }
        return Response.status(Response.Status.CREATED)
                .entity(volumes.create(wanted.name()))
                .build();
    }

    @GET
    @Path("/{name}")
    public Volumes.View inspect(String name) {
        return volumes.inspect(name);
    }

    @DELETE
    @Path("/{name}")
    public void remove(String name) {
        volumes.remove(name);
    }
}
