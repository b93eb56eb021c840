package dev.berth.access;

import java.util.Locale;
import java.util.Set;

/**
 * What of a request decides whether it is let in. Any header may be null.
 *
 * @param upgrade it asks for a WebSocket
 * @param fetchSite {@code Sec-Fetch-Site}
 * @param navigation the browser goes to this address itself ({@code Sec-Fetch-Mode: navigate})
 * @param authorization {@code Authorization}
 * @param cookie the value of our cookie
 * @param secret {@code X-Berth-Session}, or {@code secret.…} among the subprotocols
 */
public record Asked(
        String method,
        boolean upgrade,
        String host,
        String origin,
        String fetchSite,
        boolean navigation,
        String authorization,
        String cookie,
        String secret) {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    boolean changesSomething() {
        return upgrade || !SAFE.contains(method);
    }

    /** A page of somebody else's sent it; one at another port of our host name counts as somebody else. */
    boolean isFromAnotherSite() {
        return fetchSite != null
                && (fetchSite.equals("cross-site") || fetchSite.equals("same-site"))
                && !(navigation && !changesSomething());
    }

    String bearer() {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
            return null;
        }
        return authorization.substring("bearer ".length()).strip();
    }
}
