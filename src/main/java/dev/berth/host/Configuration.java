package dev.berth.host;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Everything that the environment sets.
 *
 * @param host the loopback address to listen on ({@code BERTH_HOST}); nothing but loopback is taken
 * @param port 0 means any free one ({@code BERTH_PORT})
 * @param token {@code BERTH_TOKEN}, or the one of the token file
 * @param tokenFromEnvironment the token stands in no file, so a client needs the same variable
 * @param allowedHosts more names, each with or without a port, under which the service may be reached
 *     ({@code BERTH_ALLOWED_HOSTS}, separated by commas)
 */
public record Configuration(
        Paths paths, String host, int port, Token token, boolean tokenFromEnvironment, Set<String> allowedHosts) {
    public static final String DEFAULT_HOST = "127.0.0.1";
    public static final int DEFAULT_PORT = 7070;
    private static final Pattern LOOPBACK = Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    private static final Pattern HOST_NAME =
            Pattern.compile("([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9a-fA-F:]+])(:\\d{1,5})?");

    /** Reads and checks all of it, makes the directories and the token where they are missing. */
    public static Configuration from(Map<String, String> environment) {
        Caller caller = Caller.current(environment);
        String host = host(environment);
        int port = port(environment);
        Set<String> allowed = allowedHosts(environment);
        Paths paths = Paths.from(environment, caller).prepare(caller);
        Token token = Token.of(environment, paths.tokenFile(), caller);
        boolean given = !environment.getOrDefault("BERTH_TOKEN", "").isEmpty();
        return new Configuration(paths, host, port, token, given, allowed);
    }

    /** Says what is wrong with the variables, before anything is made or started. */
    public static void check(Map<String, String> environment) {
        host(environment);
        port(environment);
        allowedHosts(environment);
        String token = environment.getOrDefault("BERTH_TOKEN", "");
        if (!token.isEmpty()) {
            new Token(token);
        }
    }

    static String host(Map<String, String> environment) {
        String host = environment.getOrDefault("BERTH_HOST", "");
        if (host.isEmpty() || host.equals("localhost")) {
            return DEFAULT_HOST;
        }
        if (!LOOPBACK.matcher(host).matches() && !host.equals("::1")) {
            throw new HostException(
                    "cannot listen on BERTH_HOST=" + host
                            + ": Berth listens on loopback only (127.0.0.1, ::1); reach it from elsewhere through an ssh tunnel");
        }
        return host;
    }

    static int port(Map<String, String> environment) {
        String port = environment.getOrDefault("BERTH_PORT", "");
        if (port.isEmpty()) {
            return DEFAULT_PORT;
        }
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
            throw new HostException(
                    "cannot listen on BERTH_PORT=" + port + ": a port is a number from 0 (any free one) to 65535");
        }
        return Integer.parseInt(port);
    }

    static Set<String> allowedHosts(Map<String, String> environment) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : environment.getOrDefault("BERTH_ALLOWED_HOSTS", "").split(",")) {
            String host = name.strip();
            if (host.isEmpty()) {
                continue;
            }
            if (!HOST_NAME.matcher(host).matches()) {
                throw new HostException(
                        "cannot use BERTH_ALLOWED_HOSTS: '" + host
                                + "' is not a host name; write names separated by commas, such as box.example:8443,box.example");
            }
            names.add(host.toLowerCase(java.util.Locale.ROOT));
        }
        return Set.copyOf(names);
    }
}
