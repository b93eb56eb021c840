package dev.berth.rest;

import dev.berth.container.ContainerView;
import dev.berth.container.Containers;
import dev.berth.container.PortRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /containers/{c}/ports}: added and removed while it runs. */
@Path("/api/v1/containers/{container}/ports")
@Produces(MediaType.APPLICATION_JSON)
public class ContainerPortsResource {
    private final Containers containers;

    ContainerPortsResource(Containers containers) {
        this.containers = containers;
    }

    @GET
    @Operation(summary = "The ports of a container")
    public List<ContainerView.PortView> list(String container) {
        return containers.inspect(container).ports();
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Adds a port, also while it runs")
    @APIResponseSchema(value = ContainerView.PortView.class, responseCode = "201", responseDescription = "Added")
    public Response add(String container, @RequestBody PortRequest port) {
        return Response.status(Response.Status.CREATED)
                .entity(containers.addPort(container, port))
                .build();
    }

    @DELETE
    @Path("/{protocol}/{hostPort}")
    @Operation(summary = "Removes a port, also while it runs")
    public void remove(String container, String protocol, Whole hostPort, @RestQuery String hostAddress) {
        if (!List.of("tcp", "udp").contains(protocol)) {
            throw Refused.wrong("protocol", "protocol \"" + protocol + "\" is none of tcp, udp");
        }
        containers.removePort(container, protocol, Whole.orNull("hostPort", hostPort), hostAddress);
    }
}
