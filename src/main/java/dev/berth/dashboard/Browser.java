package dev.berth.dashboard;

import dev.berth.access.Asked;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** How a browser's session travels in HTTP. */
final class Browser {
    private static final String SUBPROTOCOL = "secret.";

    private Browser() {}

    /** Named after the port: cookies ignore ports, and two services of one machine must not overwrite each other's. */
    private static String cookieName(HttpServerRequest request) {
        return "berth-" + request.localAddress().port();
    }

    static Asked asked(HttpServerRequest request) {
        boolean upgrade = "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
        return new Asked(
                request.method().name(),
                upgrade,
                request.getHeader(HttpHeaders.HOST),
                request.getHeader(HttpHeaders.ORIGIN),
                request.getHeader("Sec-Fetch-Site"),
                "navigate".equals(request.getHeader("Sec-Fetch-Mode")),
                request.getHeader(HttpHeaders.AUTHORIZATION),
                cookie(request),
                upgrade ? secretOf(request.getHeader("Sec-WebSocket-Protocol")) : request.getHeader("X-Berth-Session"));
    }

    static String cookie(HttpServerRequest request) {
        Cookie cookie = request.getCookie(cookieName(request));
        return cookie == null ? null : cookie.getValue();
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
