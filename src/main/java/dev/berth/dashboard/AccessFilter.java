package dev.berth.dashboard;

import dev.berth.access.AccessException;
import dev.berth.access.Asked;
import dev.berth.access.Gate;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.regex.Pattern;

/** Stands before every route, REST and WebSockets too: nothing is parsed of a request that is not let in. */
@ApplicationScoped
public class AccessFilter {
    private static final int BEFORE_EVERYTHING = 10_000;
    private static final Pattern PAGES = Pattern.compile(
            "/|/sign-in|/session|/containers(/[^/]+){0,2}|/images(/one)?|/volumes|/ports|/system|/assets/.+");

    private final Gate gate;

    AccessFilter(Gate gate) {
        this.gate = gate;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, BEFORE_EVERYTHING);
    }

    /** What the server itself cannot make sense of fails before any filter: a missing or broken Host, for the most part. */
    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(context -> {
            if (context.statusCode() == 400) {
                SecurityHeaders.put(context);
                answer(
                        context,
                        400,
                        "not-readable",
                        "Not readable",
                        "refused a request whose Host header or target cannot be read: send Host with a name and a port");
            } else {
                context.next();
            }
        });
    }

    private void filter(RoutingContext context) {
        SecurityHeaders.put(context);
        String flaw = Browser.flaw(context.request());
        if (flaw != null) {
            answer(context, 400, "not-readable", "Not readable", flaw);
            return;
        }
        Asked asked = Browser.asked(context.request(), gate);
        try {
            gate.checkSource(asked);
            if (isData(context)) {
                gate.checkCaller(asked);
            } else if (!gate.servesPages(asked)) {
                sendToPages(context);
                return;
            }
        } catch (AccessException e) {
            refuse(context, e);
            return;
        }
        context.next();
    }

    /** Everything but the pages, their files and the sign-in, which decide on their own: what is not known to be one of them counts as data. */
    private static boolean isData(RoutingContext context) {
        return !PAGES.matcher(context.normalizedPath()).matches();
    }

    /** At 127.0.0.1 or localhost a cookie would travel to every forwarded port: no page is served there, and no cookie set. */
    private void sendToPages(RoutingContext context) {
        context.response()
                .setStatusCode(307)
                .putHeader(
                        HttpHeaders.LOCATION,
                        gate.hosts().pagesOrigin() + context.request().uri())
                .end();
    }

    private static void refuse(RoutingContext context, AccessException refusal) {
        AccessException.Reason reason = refusal.reason();
        if (reason == AccessException.Reason.NOT_SIGNED_IN) {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"berth\"");
        }
        if (reason == AccessException.Reason.TOO_MANY_ATTEMPTS) {
            context.response().putHeader("Retry-After", Long.toString(Gate.PATIENCE.toSeconds()));
        }
        answer(context, reason.status(), reason.type(), reason.title(), refusal.getMessage());
    }

    private static void answer(RoutingContext context, int status, String type, String title, String detail) {
        JsonObject problem = new JsonObject()
                .put("type", "https://berth.dev/problems/" + type)
                .put("title", title)
                .put("status", status)
                .put("detail", detail);
        HttpServerRequest request = context.request();
        if (!request.isEnded()) {
            request.resume(); // the body of what is refused is not read; the connection ends with the answer
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
        }
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .end(problem.encode());
    }
}
