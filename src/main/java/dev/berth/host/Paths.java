package dev.berth.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where Berth keeps its things. Computing the paths touches nothing but the owner of candidates; {@link #prepare} makes the
 * directories.
 *
 * @param dataDir images, layers, containers, volumes ({@code BERTH_DATA_DIR})
 * @param runtimeDir sockets, {@code service.json}, the service's log; gone after a reboot ({@code BERTH_RUNTIME_DIR})
 * @param configDir the token
 */
public record Paths(Path dataDir, Path runtimeDir, Path configDir) {

    public static Paths from(Map<String, String> environment) {
        return from(environment, Caller.current(environment));
    }

    static Paths from(Map<String, String> environment, Caller caller) {
        Path data = absolute(environment, "BERTH_DATA_DIR");
        if (data == null) {
            data = caller.isRoot()
                    ? Path.of("/var/lib/berth")
                    : base(environment, "XDG_DATA_HOME", caller.home().resolve(".local/share"))
                            .resolve("berth");
        }
        Path runtime = absolute(environment, "BERTH_RUNTIME_DIR");
        if (runtime == null) {
            runtime = defaultRuntimeDir(environment, caller);
        }
        // As real root the service is the system user berth, which cannot look into root's own configuration.
        boolean systemService = caller.isRoot() && !insideU1(environment);
        Path config = systemService
                ? data.resolve(".config/berth")
                : base(environment, "XDG_CONFIG_HOME", caller.home().resolve(".config"))
                        .resolve("berth");
        return new Paths(data, runtime, config);
    }

    /** Makes what is missing, checks that the runtime directory is private, and says in one sentence what cannot be used. */
    public Paths prepare(Caller caller) {
        PrivateDirectory.ensure(runtimeDir, caller);
        try {
            if (!Files.isDirectory(dataDir)) {
                Files.createDirectories(dataDir.toAbsolutePath().getParent());
                PrivateDirectory.ensure(dataDir, caller);
            }
        } catch (IOException e) {
            throw new HostException(
                    "cannot make the data directory " + dataDir + ": " + PrivateDirectory.reason(e)
                            + "; set BERTH_DATA_DIR to a directory that you may write",
                    e);
        }
        if (!Files.isWritable(dataDir)) {
            throw new HostException("cannot write to the data directory " + dataDir
                    + "; set BERTH_DATA_DIR to a directory that you may write");
        }
        return this;
    }

    public Path serviceRecord() {
        return runtimeDir.resolve("service.json");
    }

    public Path serviceLog() {
        return runtimeDir.resolve("service.log");
    }

    public Path tokenFile() {
        return configDir.resolve("token");
    }

    /** The environment that makes {@link #from} answer these paths again, also inside U1 where the user is uid 0. */
    public Map<String, String> environment() {
        return Map.of(
                "BERTH_DATA_DIR", dataDir.toString(),
                "BERTH_RUNTIME_DIR", runtimeDir.toString(),
                "XDG_CONFIG_HOME", configDir.getParent().toString(),
                "BERTH_IN_U1", "1");
    }

    private static boolean insideU1(Map<String, String> environment) {
        return "1".equals(environment.get("BERTH_IN_U1"));
    }

    private static Path defaultRuntimeDir(Map<String, String> environment, Caller caller) {
        if (caller.isRoot()) {
            return Path.of("/run/berth");
        }
        // `su` keeps XDG_RUNTIME_DIR of the user before it: take it only when it is ours.
        String given = environment.get("XDG_RUNTIME_DIR");
        if (given != null && given.startsWith("/") && belongsTo(Path.of(given), caller)) {
            return Path.of(given).resolve("berth");
        }
        Path usual = Path.of("/run/user/" + caller.uid());
        if (belongsTo(usual, caller)) {
            return usual.resolve("berth");
        }
        return Path.of("/tmp/berth-" + caller.uid());
    }

    private static boolean belongsTo(Path directory, Caller caller) {
        try {
            return Files.isWritable(directory) && (int) Files.getAttribute(directory, "unix:uid") == caller.uid();
        } catch (IOException e) {
            return false;
        }
    }

    private static Path absolute(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (!value.startsWith("/")) {
            throw new HostException("cannot use " + name + "=" + value + ": it must be an absolute path");
        }
        return Path.of(value).normalize();
    }

    /** XDG: a base directory that is empty or not absolute counts as not set. */
    private static Path base(Map<String, String> environment, String name, Path fallback) {
        String value = environment.get(name);
        return value == null || !value.startsWith("/") ? fallback : Path.of(value);
    }
}
