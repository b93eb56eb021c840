package dev.berth.dashboard;

import dev.berth.access.Asked;
import dev.berth.access.Gate;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.stream.Stream;

/** How a browser's session travels in HTTP. */
final class Browser {
    private static final String SUBPROTOCOL = "secret.";

    private Browser() {}

    /** Named after the port: cookies ignore ports, and two services of one machine must not overwrite each other's. */
    private static String cookieName(HttpServerRequest request) {
        return "berth-" + request.localAddress().port();
    }

    /** What keeps a request from being judged at all: several who it is for, or a target that is no path. Null for most. */
    static String flaw(HttpServerRequest request) {
        if (request.headers().getAll(HttpHeaders.HOST).size() > 1) {
            return "refused a request with several Host headers: send one";
        }
        // Resources are found without what stands behind a semicolon, rights are decided with it: nobody needs one.
        String path = request.path() == null ? "" : request.path();
        if (path.contains(";") || path.toLowerCase(Locale.ROOT).contains("%3b")) {
            return "refused a path with a semicolon: Berth has no such paths";
        }
        if (!request.uri().startsWith("/")) {
            return "refused a request for " + (request.uri().length() > 100 ? "a URL" : request.uri())
                    + ": Berth is no proxy; ask for a path";
        }
        return null;
    }

    static Asked asked(HttpServerRequest request, Gate gate) {
        boolean upgrade = "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
        return new Asked(
                request.method().name(),
                upgrade,
                request.getHeader(HttpHeaders.HOST),
                request.getHeader(HttpHeaders.ORIGIN),
                request.getHeader("Sec-Fetch-Site"),
                "navigate".equals(request.getHeader("Sec-Fetch-Mode")),
                request.getHeader(HttpHeaders.AUTHORIZATION),
                cookie(request, gate),
                upgrade ? secretOf(request.getHeader("Sec-WebSocket-Protocol")) : request.getHeader("X-Berth-Session"));
    }

    /**
     * Ours, if it is among those of its name: a page at another port of this host name may plant more, for narrower paths, which browsers
     * send first. Read from the header itself: the server's own list holds one of each name.
     */
    static String cookie(HttpServerRequest request, Gate gate) {
        String name = cookieName(request) + "=";
        return request.headers().getAll(HttpHeaders.COOKIE).stream()
                .flatMap(header -> Stream.of(header.split(";")))
                .map(String::strip)
                .filter(pair -> pair.startsWith(name))
                .map(pair -> pair.substring(name.length()))
                .filter(gate.sessions()::knows)
                .findFirst()
                .orElse(null);
    }

    /** Sends the session's cookie; null takes it away. */
    static void setCookie(HttpServerRequest request, String value) {
        request.response()
                .addCookie(Cookie.cookie(cookieName(request), value == null ? "" : value)
                        .setPath("/")
                        .setHttpOnly(true)
                        .setSameSite(CookieSameSite.STRICT)
                        .setMaxAge(value == null ? 0 : 30L * 24 * 3600));
    }

    private static String secretOf(String subprotocols) {
        if (subprotocols == null) {
            return null;
        }
        for (String protocol : subprotocols.split(",")) {
            if (protocol.strip().startsWith(SUBPROTOCOL)) {
                return protocol.strip().substring(SUBPROTOCOL.length());
            }
        }
        return null;
    }
}
