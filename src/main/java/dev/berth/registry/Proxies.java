package dev.berth.registry;

import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The proxy that a user's environment names for HTTPS, as curl and docker read it: {@code HTTPS_PROXY}, but for hosts in
 * {@code NO_PROXY} and for this machine. Plain HTTP is spoken on loopback only, so never through a proxy.
 */
public final class Proxies {

    public static final Proxies NONE = new Proxies(Optional.empty(), List.of());

    private final Optional<ProxyOptions> https;
    private final List<String> exceptions;

    private Proxies(Optional<ProxyOptions> https, List<String> exceptions) {
        this.https = https;
        this.exceptions = exceptions;
    }

    /** What cannot be read as a proxy's address counts as none: a pull then says that its host is not reached. */
    public static Proxies of(Map<String, String> environment) {
        String address = either(environment, "HTTPS_PROXY");
        List<String> exceptions = Stream.of(either(environment, "NO_PROXY").split("[,\\s]+"))
                .map(name -> name.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                .filter(name -> !name.isEmpty())
                .toList();
        return new Proxies(proxy(address), exceptions);
    }

    private static String either(Map<String, String> environment, String name) {
        return environment.getOrDefault(name, environment.getOrDefault(name.toLowerCase(Locale.ROOT), ""));
    }

    private static Optional<ProxyOptions> proxy(String address) {
        try {
            URI uri = URI.create(address.contains("://") ? address : "http://" + address);
            if (address.isEmpty() || uri.getHost() == null) {
                return Optional.empty();
            }
            boolean socks = uri.getScheme().startsWith("socks5");
            ProxyOptions options = new ProxyOptions()
                    .setType(socks ? ProxyType.SOCKS5 : ProxyType.HTTP)
                    .setHost(uri.getHost())
                    .setPort(uri.getPort() >= 0 ? uri.getPort() : socks ? 1080 : 80);
            if (uri.getRawUserInfo() != null) {
                String[] pair = uri.getRawUserInfo().split(":", 2);
                options.setUsername(decoded(pair[0])).setPassword(pair.length > 1 ? decoded(pair[1]) : "");
            }
            return Optional.of(options);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    Optional<ProxyOptions> forOrigin(Origin origin) {
        boolean direct = !origin.isHttps() || origin.isLoopback() || isException(origin.host());
        return direct ? Optional.empty() : https.map(ProxyOptions::new);
    }

    private boolean isException(String host) {
        return exceptions.stream().anyMatch(name -> name.equals("*") || host.equals(name) || host.endsWith("." + name));
    }
}
