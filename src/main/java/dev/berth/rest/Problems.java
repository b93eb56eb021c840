package dev.berth.rest;

import dev.berth.container.ContainerException;
import dev.berth.host.HostException;
import dev.berth.image.ImageException;
import dev.berth.oci.OciException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Locale;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The one place where refusals and failures become answers. */
public class Problems {
    private static final Logger LOG = Logger.getLogger(Problems.class);

    @ServerExceptionMapper
    Response refused(Refused e) {
        return e.problem().response();
    }

    @ServerExceptionMapper
    Response container(ContainerException e) {
        return of(e).response();
    }

    @ServerExceptionMapper
    Response image(ImageException e) {
        return of(e).response();
    }

    @ServerExceptionMapper
    Response reference(OciException e) {
        return new Problem("invalid", "Invalid", 422, e.getMessage(), "reference", null).response();
    }

    @ServerExceptionMapper
    Response http(WebApplicationException e, Request request, UriInfo uri) {
        int status = e.getResponse().getStatus();
        String title = Response.Status.fromStatusCode(status) == null
                ? "Refused"
                : Response.Status.fromStatusCode(status).getReasonPhrase();
        String asked = request.getMethod() + " " + shortened(uri.getPath());
        String detail = switch (status) {
            case 404 -> "there is no " + asked + " in this version of the API; GET /q/openapi lists its calls";
            case 405 -> "there is no " + asked + ": the path knows other methods; GET /q/openapi lists its calls";
            case 406 -> asked + " has no answer of the type that Accept wants; leave Accept out";
            case 415 -> asked + " takes a body of another type: send Content-Type: application/json";
            default -> asked + " is refused: " + title;
        };
        return new Problem("http-" + status, title, status, detail, null, null).response();
    }

    private static String shortened(String path) {
        return path.length() > 100 ? path.substring(0, 100) + "…" : path;
    }

    @ServerExceptionMapper
    Response failed(RuntimeException e) {
        return of(e).response();
    }

    /** What an exception says to the user. */
    static Problem of(RuntimeException e) {
        if (e instanceof Refused refused) {
            return refused.problem();
        }
        if (e instanceof ContainerException container) {
            return of(container);
        }
        if (e instanceof ImageException.NotFound) {
            return new Problem("no-such-image", "No such image", 404, e.getMessage(), null, null);
        }
        if (e instanceof ImageException.NoTag) {
            return new Problem("invalid", "Invalid", 422, e.getMessage(), "target", null);
        }
        if (e instanceof ImageException.InUse || e instanceof ImageException.Ambiguous) {
            return new Problem("image-in-use", "Image in use", 409, e.getMessage(), null, null);
        }
        if (e instanceof ImageException.NotFetched pull) {
            return pull.isAbsent()
                    ? new Problem("no-such-image", "No such image", 404, e.getMessage(), null, null)
                    : notFetched(pull.isCancelled() ? "cancelled" : "not-fetched", e);
        }
        if (e instanceof ImageException.Unusable) {
            return notFetched("not-fetched", e);
        }
        if (e instanceof OciException) {
            return new Problem("invalid", "Invalid", 422, e.getMessage(), "reference", null);
        }
        boolean isSentence = e instanceof ImageException || e instanceof HostException;
        return failure(e, isSentence ? e.getMessage() : "failed: " + e.getMessage());
    }

    private static Problem notFetched(String type, RuntimeException e) {
        return new Problem(type, "Not fetched", 502, e.getMessage(), null, null);
    }

    private static Problem of(ContainerException e) {
        if (e instanceof ContainerException.NotFound) {
            return new Problem("not-found", "Not found", 404, e.getMessage(), null, null);
        }
        if (e instanceof ContainerException.Conflict conflict) {
            String field = conflict.type().equals("name-taken") ? "name" : null;
            return new Problem(conflict.type(), "Not now", 409, e.getMessage(), field, null);
        }
        if (e instanceof ContainerException.PortRefused port) {
            return new Problem(port.type(), "Port refused", 409, e.getMessage(), "hostPort", null);
        }
        if (e instanceof ContainerException.Invalid invalid) {
            return new Problem("invalid", "Invalid", 422, e.getMessage(), invalid.field(), null);
        }
        if (e instanceof ContainerException.Unreadable) {
            return new Problem("not-readable", "Not readable", 400, e.getMessage(), null, null);
        }
        if (e instanceof ContainerException.NotStarted start) {
            return new Problem("not-started", "Not started", 409, e.getMessage(), null, start.exitCode());
        }
        return failure(e, e.getMessage());
    }

    /** It failed through no fault of the request: the id leads from the answer to the log. */
    private static Problem failure(RuntimeException e, String sentence) {
        if (isDiskFull(e)) {
            return new Problem("disk-full", "Disk full", 507, e.getMessage(), null, null);
        }
        String id = UUID.randomUUID().toString().substring(0, 8);
        LOG.errorf(e, "failure %s", id);
        return new Problem("failed", "Failed", 500, sentence + " (id " + id + " in the service's log)", null, null);
    }

    private static boolean isDiskFull(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).contains("no space left")) {
                return true;
            }
        }
        return false;
    }
}
