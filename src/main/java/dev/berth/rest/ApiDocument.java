package dev.berth.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * {@code /q/openapi}: the description of this API, which the build makes from the resources (pom.xml). The service only sends the file:
 * an OpenAPI library in it costs a seventh of its start.
 */
@Path("/q/openapi")
public class ApiDocument {
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public byte[] read() {
        try (InputStream document = ApiDocument.class.getResourceAsStream("openapi.json")) {
            if (document == null) {
                throw new IllegalStateException("the build made no openapi.json");
            }
            return document.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read openapi.json", e);
        }
    }
}
