package dev.berth.rest;

import dev.berth.container.Events;
import dev.berth.image.ImageDetails;
import dev.berth.image.ImageSummary;
import dev.berth.image.Images;
import dev.berth.image.Removal;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /images}: what is here. */
@Path("/api/v1/images")
@Produces(MediaType.APPLICATION_JSON)
public class ImagesResource {
    private final Images images;
    private final Events events;

    ImagesResource(Images images, Events events) {
        this.images = images;
        this.events = events;
    }

    @GET
    @Operation(summary = "The images that are here")
    public List<ImageSummary> list() {
        return images.list();
    }

    @GET
    @Path("/one")
    @Operation(summary = "All about one image")
    public ImageDetails inspect(@RestQuery String reference) {
        return images.inspect(named(reference));
    }

    @DELETE
    @Path("/one")
    @Operation(summary = "Takes a name away, and the image with its last one")
    public Removal remove(@RestQuery String reference, @RestQuery Flag force) {
        boolean forced = Flag.of("force", force);
        return told(images.remove(named(reference), forced));
    }

    @POST
    @Path("/prune")
    @Operation(summary = "Removes images without a name; with all, those that no container uses")
    public Removal prune(@RestQuery Flag all) {
        return told(images.prune(Flag.of("all", all)));
    }

    private Removal told(Removal removal) {
        removal.untagged().forEach(name -> events.publish("image.untagged", name, name, Map.of()));
        removal.deleted().forEach(id -> events.publish("image.deleted", id, null, Map.of()));
        return removal;
    }

    private static String named(String reference) {
        if (reference == null || reference.isBlank()) {
            throw Refused.wrong("reference", "reference is missing: name an image");
        }
        return reference;
    }
}
