package dev.berth.rest;

import dev.berth.container.Events;
import dev.berth.image.ImageDetails;
import dev.berth.image.ImageSummary;
import dev.berth.image.Images;
import dev.berth.image.Removal;
import dev.berth.image.StoredImage;
import dev.berth.oci.OciException;
import dev.berth.oci.Reference;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
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

    /**
     * What a removal did.
     *
     * @param untagged names that were taken away
     * @param deleted ids of images that are gone
     * @param freed bytes
     */
    record Removed(List<String> untagged, List<String> deleted, long freed) {}

    @GET
    @Operation(summary = "The images that are here")
    public List<ImageSummary> list() {
        return images.list();
    }

    @GET
    @Path("/one")
    @Operation(summary = "All about one image")
    public ImageDetails inspect(@RestQuery String reference) {
        return images.inspect(named("reference", reference));
    }

    /** @param source a reference or an id */
    record TagRequest(String source, String target) {
        private static final Pattern ID = Pattern.compile("(sha256:)?[0-9a-f]{2,64}");

        String checkedSource() {
            if (!ID.matcher(named("source", source)).matches()) {
                parse("source", source);
            }
            return source;
        }

        Reference parsedTarget() {
            if (target == null || target.isBlank()) {
                throw Refused.wrong("target", "target is missing: say what to call the image");
            }
            return parse("target", target);
        }

        private static Reference parse(String field, String text) {
            try {
                return Reference.parse(text);
            } catch (OciException e) {
                throw Refused.wrong(field, e.getMessage());
            }
        }
    }

    @POST
    @Path("/tag")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Gives an image one more name")
    @APIResponse(responseCode = "204", description = "It has the name")
    public void tag(@RequestBody TagRequest wanted) {
        Reference target = wanted.parsedTarget();
        StoredImage image = images.tag(wanted.checkedSource(), target);
        events.publish("image.tagged", image.id().toString(), target.canonical(), Map.of());
    }

    @DELETE
    @Path("/one")
    @Operation(summary = "Takes a name away, and the image with its last one")
    public Removed remove(@RestQuery String reference, @RestQuery Flag force) {
        boolean forced = Flag.of("force", force);
        return told(images.remove(named("reference", reference), forced));
    }

    @POST
    @Path("/prune")
    @Operation(summary = "Removes images without a name; with all, those that no container uses")
    public Removed prune(@RestQuery Flag all) {
        return told(images.prune(Flag.of("all", all)));
    }

    private Removed told(Removal removal) {
        removal.untagged().forEach(this::tell);
        removal.deleted().forEach(id -> events.publish("image.deleted", id, null, Map.of()));
        return new Removed(
                removal.untagged().stream().map(Removal.Untagged::reference).toList(),
                removal.deleted(),
                removal.freed());
    }

    private void tell(Removal.Untagged name) {
        String object = name.image() == null ? name.reference() : name.image();
        events.publish("image.untagged", object, name.reference(), Map.of());
    }

    private static String named(String field, String reference) {
        if (reference == null || reference.isBlank()) {
            throw Refused.wrong(field, field + " is missing: name an image");
        }
        return reference;
    }
}
