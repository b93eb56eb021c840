package dev.berth.rest;

import dev.berth.container.Containers;
import dev.berth.container.PortsView;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code /ports}: every forward, and every port that is taken on this machine. */
@Path("/api/v1/ports")
@Produces(MediaType.APPLICATION_JSON)
public class PortsResource {
    private final Containers containers;

    PortsResource(Containers containers) {
        this.containers = containers;
    }

    @GET
    @Operation(summary = "Every forward, and every port that is taken on this machine")
    public PortsView list() {
        return containers.portsOfMachine();
    }
}
