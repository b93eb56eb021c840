package dev.berth.dashboard;

import dev.berth.access.AccessException;
import dev.berth.access.Gate;
import dev.berth.access.Sessions;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Sign-in and sign-out of a browser. Not part of the API: automation uses the bearer token. */
@Path("/session")
@Produces(MediaType.APPLICATION_JSON)
public class SessionResource {
    private final Gate gate;

    SessionResource(Gate gate) {
        this.gate = gate;
    }

    /** What the sign-in page sends. */
    public record SignIn(String token) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Map<String, String> open(SignIn signIn, HttpServerRequest request) {
        String token = signIn == null || signIn.token() == null ? "" : signIn.token();
        Sessions.Granted granted = gate.signIn(Browser.asked(request, gate), token);
        Browser.setCookie(request, granted.cookie());
        return Map.of("secret", granted.secret());
    }

    /** Whether the session still stands, with its secret. */
    @GET
    public Map<String, Boolean> stands(HttpServerRequest request) {
        gate.checkCaller(Browser.asked(request, gate));
        return Map.of("signedIn", true);
    }

    /** Ends the session and closes its sockets. */
    @DELETE
    public void close(HttpServerRequest request) {
        gate.checkCaller(Browser.asked(request, gate));
        gate.sessions().end(Browser.cookie(request, gate));
        Browser.setCookie(request, null);
    }

    /** A fresh launch URL, for the holder of the token: what {@code berth} prints. */
    @POST
    @Path("/launch")
    public Map<String, String> launch() {
        return Map.of("url", gate.launchUrl());
    }

    @ServerExceptionMapper
    public Response refused(AccessException refusal) {
        AccessException.Reason reason = refusal.reason();
        return Response.status(reason.status())
                .type("application/problem+json")
                .entity(Map.of(
                        "type", "https://berth.dev/problems/" + reason.type(),
                        "title", reason.title(),
                        "status", reason.status(),
                        "detail", refusal.getMessage()))
                .build();
    }
}
