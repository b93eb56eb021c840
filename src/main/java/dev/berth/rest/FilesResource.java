package dev.berth.rest;

import dev.berth.container.ContainerException;
import dev.berth.container.Containers;
import dev.berth.container.FileAccess;
import dev.berth.container.FilePath;
import dev.berth.container.FileView;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestQuery;

/**
 * {@code /containers/{c}/files}: files of a container, whether it runs or not. The container's mounts are seen; those of the kernel's own
 * file systems are empty directories. A path is bytes, percent-encoded; a relative one begins at the root; it is resolved within the
 * container, symbolic links too.
 */
@Path("/api/v1/containers/{container}/files")
public class FilesResource {
    private static final Logger LOG = Logger.getLogger(FilesResource.class);
    private static final String TAR = "application/x-tar";

    private final FileAccess files;
    private final Streams streams;

    FilesResource(Containers containers, Streams streams) {
        this.files = containers.files();
        this.streams = streams;
    }

    @GET
    @Operation(
            summary = "A file or directory with all beneath it as a tar stream",
            description =
                    "Names begin with the last component of the path, or with name where that is given; of the root, and of a path"
                            + " that ends in \".\" or \"..\", they are relative to it. A stream without tar's end mark, the connection closed, is"
                            + " one that failed.")
    @APIResponse(
            responseCode = "200",
            description = "The archive",
            content = @Content(mediaType = TAR, schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public Response read(
            String container,
            @RestQuery String path,
            @RestQuery Flag follow,
            @RestQuery String name,
            @Context HttpServerRequest request,
            @Context HttpServerResponse response) {
        RawQuery query = new RawQuery(request.query());
        FileAccess.Source source = source(container, query, follow);
        FilePath called = query.bytes("name").map(FilePath::of).orElse(null);
        files.check(source);
        return Response.ok(streams.of(response, out -> write(source, called, out, response)), TAR)
                .build();
    }

    /** What fails in the middle can be told to the log only: the answer has begun, and ends without its end mark. */
    private void write(FileAccess.Source source, FilePath name, Streams.Out out, HttpServerResponse response) {
        try {
            files.read(source, name, out.stream());
        } catch (ContainerException e) {
            if (response.headWritten()) {
                LOG.warnf("a tar stream was cut off: %s", e.getMessage());
            }
            throw e;
        }
    }

    @GET
    @Path("/list")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "What is in a directory, by name; or what is at the path itself")
    public List<FileView> list(
            String container,
            @RestQuery String path,
            @RestQuery Flag self,
            @RestQuery Flag follow,
            @Context HttpServerRequest request) {
        FileAccess.Source source = source(container, new RawQuery(request.query()), follow);
        return Flag.of("self", self) ? List.of(files.look(source)) : files.list(source);
    }

    @PUT
    @Consumes(MediaType.WILDCARD)
    @Operation(
            summary = "Makes the files of a tar stream beneath a directory",
            description = "Plain, or packed with gzip or zstd. What came before a failure stays.")
    @RequestBody(content = @Content(mediaType = TAR, schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public void write(String container, @RestQuery String path, @Context HttpServerRequest request, InputStream body) {
        files.write(container, path(new RawQuery(request.query())), body);
    }

    private static FileAccess.Source source(String container, RawQuery query, Flag follow) {
        return new FileAccess.Source(container, path(query), Flag.of("follow", follow));
    }

    private static FilePath path(RawQuery query) {
        return query.bytes("path")
                .map(FilePath::of)
                .orElseThrow(
                        () -> Refused.wrong("path", "path is missing: name a file or a directory of the container"));
    }
}
