package dev.berth.rest;

import dev.berth.container.ContainerException;
import dev.berth.container.Containers;
import dev.berth.container.FileAccess;
import dev.berth.container.FilePath;
import dev.berth.container.FileView;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
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

    /**
     * The file or directory at {@code path} as a tar stream, without a limit. Names in it begin with the last component of the path
     * ({@code path=/var/log} gives {@code log/…}; {@code path=/}, and one that ends in "." or "..", names relative to it: {@code ./…}), or
     * with {@code name} where that is given. A symbolic link at the end of the path is packed itself, unless {@code follow=true} or a slash
     * follows it. A stream that ends without tar's end mark, the connection closed, is one that failed.
     */
    @GET
    public Response read(
            String container,
            @RestQuery String path,
            @RestQuery String follow,
            @RestQuery String name,
            HttpServerRequest request,
            HttpServerResponse response) {
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

    /**
     * What is in the directory at {@code path}, by name; at most 50,000. With {@code self=true} an array of one: what is at the path
     * itself, a symbolic link at its end not followed unless {@code follow=true}.
     */
    @GET
    @Path("/list")
    @Produces(MediaType.APPLICATION_JSON)
    public List<FileView> list(
            String container,
            @RestQuery String path,
            @RestQuery String self,
            @RestQuery String follow,
            HttpServerRequest request) {
        FileAccess.Source source = source(container, new RawQuery(request.query()), follow);
        return Flags.of("self", self) ? List.of(files.look(source)) : files.list(source);
    }

    private static FileAccess.Source source(String container, RawQuery query, String follow) {
        FilePath path = query.bytes("path")
                .map(FilePath::of)
                .orElseThrow(
                        () -> Refused.wrong("path", "path is missing: name a file or a directory of the container"));
        return new FileAccess.Source(container, path, Flags.of("follow", follow));
    }
}
