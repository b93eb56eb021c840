package dev.berth.dashboard;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;

/**
 * What browsers are told on every answer. Scripts come from files of our own only; nothing is loaded from elsewhere, nothing frames us.
 * The terminal writes styles of its own making (xterm.js: the colours of single letters), so inline style is allowed on its page alone;
 * inline script is nowhere.
 */
final class SecurityHeaders {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'%s; img-src 'self' data:; "
                    + "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private SecurityHeaders() {}

    static void put(RoutingContext context) {
        boolean terminal = context.normalizedPath().startsWith("/containers/");
        MultiMap headers = context.response().headers();
        headers.set("Content-Security-Policy", POLICY.formatted(terminal ? " 'unsafe-inline'" : ""));
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
        if (!context.normalizedPath().startsWith("/assets/")) {
            headers.set("Cache-Control", "no-store");
        }
    }
}
