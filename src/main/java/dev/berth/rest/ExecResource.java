package dev.berth.rest;

import dev.berth.container.Containers;
import dev.berth.container.ExecView;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /exec}: programs that run in containers beside their own. */
@Path("/api/v1/exec")
@Produces(MediaType.APPLICATION_JSON)
public class ExecResource {
    private final Containers containers;
    private final Bodies bodies;

    ExecResource(Containers containers, Bodies bodies) {
        this.containers = containers;
        this.bodies = bodies;
    }

    /** A terminal's size. */
    record Size(int columns, int rows) {}

    @GET
    @Path("/{id}")
    public ExecView inspect(String id) {
        return containers.session(id);
    }

    @POST
    @Path("/{id}/resize")
    @Consumes(MediaType.APPLICATION_JSON)
    public void resize(String id, InputStream body) {
        Size size = bodies.read(body, Size.class);
        if (size.columns() < 1 || size.columns() > 65535 || size.rows() < 1 || size.rows() > 65535) {
            throw Refused.wrong("columns", "a terminal has 1 to 65535 columns and rows");
        }
        containers.resizeSession(id, size.columns(), size.rows());
    }

    @POST
    @Path("/{id}/kill")
    public void kill(String id, @RestQuery String signal) {
        containers.killSession(id, signal == null ? "TERM" : signal);
    }
}
