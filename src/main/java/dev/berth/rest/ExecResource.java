package dev.berth.rest;

import dev.berth.container.Containers;
import dev.berth.container.ExecView;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code /exec}: programs that run in containers beside their own. */
@Path("/api/v1/exec")
@Produces(MediaType.APPLICATION_JSON)
public class ExecResource {
    private final Containers containers;

    ExecResource(Containers containers) {
        this.containers = containers;
    }

    /** A terminal's size. */
    record Size(Integer columns, Integer rows) {
        Size {
            check("columns", columns);
            check("rows", rows);
        }

        private static void check(String field, Integer value) {
            if (value == null) {
                throw Refused.wrong(field, field + " is missing: a terminal has columns and rows");
            }
            if (value < 1 || value > 65535) {
                throw Refused.wrong(field, field + " " + value + " is not in 1 to 65535");
            }
        }
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "A program that was run beside a container's own")
    public ExecView inspect(String id) {
        return containers.session(id);
    }

    @POST
    @Path("/{id}/resize")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Changes the size of its terminal")
    @APIResponse(responseCode = "204", description = "Changed")
    public void resize(String id, @RequestBody Size size) {
        containers.resizeSession(id, size.columns(), size.rows());
    }
}
