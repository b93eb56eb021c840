package dev.berth.access;

import java.util.Locale;
import java.util.Set;

/**
 * The names under which the service answers. Compared exactly: a page that rebinds its own name to 127.0.0.1 still sends its own name.
 *
 * <p>Pages live at {@code berth.localhost}, a name that no forwarded port is linked by, and at what {@code BERTH_ALLOWED_HOSTS} adds; of
 * a service at a loopback address that this name does not lead to, at that address. The other loopback names serve the API to holders of
 * the token.
 *
 * @param address the one the service listens on
 * @param port the one the service listens on
 * @param allowed {@code BERTH_ALLOWED_HOSTS}: names with a port, or without one for any port
 */
public record Hosts(String address, int port, Set<String> allowed) {
    public static final String PAGES = "berth.localhost";
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
    /** What a browser takes {@code *.localhost} for. */
    private static final Set<String> LOCALHOST = Set.of("127.0.0.1", "::1");

    public Hosts {
        allowed = Set.copyOf(allowed);
    }

    /** The origin of the pages. */
    public String pagesOrigin() {
        return "http://" + pages() + (port == 80 ? "" : ":" + port);
    }

    private String pages() {
        return LOCALHOST.contains(address) ? PAGES : address;
    }

    /** Whether the dashboard lives at this name: only there is a session worth anything. */
    boolean servesPages(String host) {
        return host != null && (isOurs(host, PAGES) || isOurs(host, pages()) || isAllowed(host));
    }

    boolean known(String host) {
        return servesPages(host) || (host != null && LOOPBACK.stream().anyMatch(name -> isOurs(host, name)));
    }

    /** Whether a page at {@code origin} is our own, given the name that it was asked at. */
    boolean isOwnOrigin(String origin, String host) {
        if (origin == null || host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT);
        // Behind a tunnel that ends TLS the browser says https; the names of loopback never do.
        return origin.equals("http://" + name) || (isAllowed(host) && origin.equals("https://" + name));
    }

    private boolean isAllowed(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return allowed.contains(name) || allowed.contains(name.replaceFirst(":\\d+$", ""));
    }

    private boolean isOurs(String host, String name) {
        String given = host.toLowerCase(Locale.ROOT);
        return given.equals(name + ":" + port) || (port == 80 && given.equals(name));
    }
}
