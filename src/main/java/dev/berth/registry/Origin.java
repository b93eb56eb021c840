package dev.berth.registry;

import dev.berth.oci.Reference;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Scheme, host and port of a server: what credentials belong to. A loopback registry speaks plain HTTP; all others HTTPS.
 *
 * @param host lower case, an IPv6 address without brackets
 */
record Origin(String scheme, String host, int port) {

    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");
    private static final Pattern LOOPBACK_V6 = Pattern.compile("(0{0,4}:){2,7}0{0,3}1");
    private static final String LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?";
    /** With a host that {@link URI} does not take for one: it has an underscore, or a number as its last part. */
    private static final Pattern ODD_AUTHORITY =
            Pattern.compile("(" + LABEL + "(?:\\." + LABEL + ")*+)(?::([0-9]{1,5}))?");

    private static final int NO_PORT = -1;
    private static final int HIGHEST_PORT = 65535;

    Origin {
        host = host.toLowerCase(Locale.ROOT);
    }

    /** Of a registry, by the domain of an image's reference. */
    static Origin ofDomain(String domain) {
        if (domain.equals(Reference.DOCKER_HUB)) {
            return new Origin("https", "registry-1.docker.io", 443);
        }
        int colon = domain.lastIndexOf(':');
        boolean hasPort = colon > domain.lastIndexOf(']');
        String host = bare(hasPort ? domain.substring(0, colon) : domain);
        int port = hasPort ? Integer.parseInt(domain.substring(colon + 1)) : NO_PORT;
        return at(isLoopback(host) ? "http" : "https", host, port);
    }

    /** @throws IllegalArgumentException unless it is an absolute http(s) address of a host, without user information */
    static Origin of(URI uri) {
        boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
        if (!http || uri.getRawAuthority() == null || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("not a plain http(s) address");
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        return uri.getHost() == null
                ? ofOdd(scheme, uri.getRawAuthority())
                : at(scheme, bare(uri.getHost()), uri.getPort());
    }

    private static Origin ofOdd(String scheme, String authority) {
        Matcher odd = ODD_AUTHORITY.matcher(authority);
        if (!odd.matches()) {
            throw new IllegalArgumentException("no host's address");
        }
        return at(scheme, odd.group(1), odd.group(2) == null ? NO_PORT : Integer.parseInt(odd.group(2)));
    }

    private static Origin at(String scheme, String host, int port) {
        if (port > HIGHEST_PORT) {
            throw new IllegalArgumentException("no port of a server");
        }
        return new Origin(scheme, host, port == NO_PORT ? defaultPort(scheme) : port);
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int defaultPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    boolean isHttps() {
        return scheme.equals("https");
    }

    boolean isLoopback() {
        return isLoopback(host);
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || LOOPBACK_V4.matcher(host).matches()
                || LOOPBACK_V6.matcher(host).matches();
    }

    /** Whether a server at this origin may send us there: never from HTTPS, nor off this machine, without encryption. */
    boolean mayLeadTo(Origin other) {
        return other.isHttps() || !isHttps() && isLoopback() && other.isLoopback();
    }

    URI resolve(String pathAndQuery) {
        return URI.create(scheme + "://" + authority() + pathAndQuery);
    }

    /** As in the Host header. */
    String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == defaultPort(scheme) ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return authority();
    }
}
