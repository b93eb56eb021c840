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
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code /volumes}. */
@Path("/api/v1/volumes")
@Produces(MediaType.APPLICATION_JSON)
public class VolumesResource {
    private final Volumes volumes;

    VolumesResource(Containers containers) {
        this.volumes = containers.volumes();
    }

    /** A volume to make. */
    record VolumeRequest(String name, Map<String, String> labels) {}

    @GET
    @Operation(summary = "All volumes")
    public List<Volumes.View> list() {
        return volumes.list();
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Makes a volume; one of that name that is there already is left alone")
    @APIResponse(
            responseCode = "201",
            description = "Made; Location names it",
            content = @Content(schema = @Schema(implementation = Volumes.View.class)))
    @APIResponse(
            responseCode = "200",
            description = "It was there",
            content = @Content(schema = @Schema(implementation = Volumes.View.class)))
    public Response create(@RequestBody VolumeRequest wanted) {
        Volumes.Created created = volumes.create(wanted.name(), wanted.labels());
        String name = created.volume().name();
        return (created.isNew() ? Response.created(URI.create("/api/v1/volumes/" + name)) : Response.ok())
                .entity(created.volume())
                .build();
    }

    @GET
    @Path("/{name}")
    @Operation(summary = "One volume")
    public Volumes.View inspect(String name) {
        return volumes.inspect(name);
    }

    @DELETE
    @Path("/{name}")
    @Operation(summary = "Removes a volume that no container uses")
    public void remove(String name) {
        volumes.remove(name);
    }
}
