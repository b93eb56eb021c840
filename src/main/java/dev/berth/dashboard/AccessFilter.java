package dev.berth.dashboard;

import dev.berth.access.AccessException;
import dev.berth.access.Asked;
import dev.berth.access.Gate;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Stands before every route, REST and WebSockets too: nothing is parsed of a request that is not let in. */
@ApplicationScoped
public class AccessFilter {
    private static final int BEFORE_EVERYTHING = 10_000;
    private final Gate gate;

    AccessFilter(Gate gate) {
        this.gate = gate;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, BEFORE_EVERYTHING);
    }

    private void filter(RoutingContext context) {
        SecurityHeaders.put(context);
        Asked asked = Browser.asked(context.request());
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

    /** Everything but the pages, their files and the sign-in, which decide on their own. Unknown paths count as data. */
    private static boolean isData(RoutingContext context) {
        String path = context.normalizedPath();
        return path.startsWith("/api/")
                || path.equals("/api")
                || path.startsWith("/q/")
                || path.equals("/session/launch");
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
        JsonObject problem = new JsonObject()
                .put("type", "https://berth.dev/problems/" + reason.type())
                .put("title", reason.title())
                .put("status", reason.status())
                .put("detail", refusal.getMessage());
        HttpServerRequest request = context.request();
        if (!request.isEnded()) {
            request.resume(); // the body of what is refused is not read; the connection ends with the answer
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
        }
        if (reason == AccessException.Reason.NOT_SIGNED_IN) {
            context.response().putHeader("WWW-Authenticate", "Bearer realm=\"berth\"");
        }
        context.response()
                .setStatusCode(reason.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .end(problem.encode());
    }
}
