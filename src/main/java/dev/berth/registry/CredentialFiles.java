package dev.berth.registry;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The credentials that docker's and podman's sign-in keep for a user. Read anew for each question, so that a sign-in
 * takes effect at once; asked only when a registry demands authentication.
 */
public final class CredentialFiles {

    private static final int LIMIT = 1 << 20;
    private static final List<String> DOCKER_HUB_KEYS = List.of("docker.io", "index.docker.io", "registry-1.docker.io");

    private final List<Path> files;
    private final Map<String, String> environment;

    /**
     * @param files the first that has an answer counts
     * @param environment that of the user, for credential helpers
     */
    public CredentialFiles(List<Path> files, Map<String, String> environment) {
        this.files = List.copyOf(files);
        this.environment = Map.copyOf(environment);
    }

    /**
     * In podman's order.
     *
     * @param home the user's own, which inside the service's user namespace is not what the JVM believes
     * @param environment may name REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME and DOCKER_CONFIG
     */
    public static CredentialFiles of(Path home, Map<String, String> environment) {
        List<Path> files = new ArrayList<>();
        Optional.ofNullable(environment.get("REGISTRY_AUTH_FILE")).map(Path::of).ifPresent(files::add);
        Optional.ofNullable(environment.get("XDG_RUNTIME_DIR"))
                .map(dir -> Path.of(dir, "containers", "auth.json"))
                .ifPresent(files::add);
        files.add(Optional.ofNullable(environment.get("XDG_CONFIG_HOME"))
                .map(Path::of)
                .orElse(home.resolve(".config"))
                .resolve("containers/auth.json"));
        files.add(Optional.ofNullable(environment.get("DOCKER_CONFIG"))
                .map(Path::of)
                .orElse(home.resolve(".docker"))
                .resolve("config.json"));
        return new CredentialFiles(files, environment);
    }

    /** Where docker's sign-in would have left them; empty when nothing is read at all. */
    Optional<Path> ofDocker() {
        return files.isEmpty() ? Optional.empty() : Optional.of(files.get(files.size() - 1));
    }

    /** @throws RegistryException.BadCredentials when a file or helper that should answer cannot be read */
    Optional<Credentials> find(String domain, String path) {
        for (Path file : files) {
            Optional<Credentials> found = read(file).flatMap(json -> find(file, json, domain, path));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Credentials> find(Path file, JsonObject json, String domain, String path) {
        try {
            List<String> keys = keys(domain, path);
            return fromHelper(json, domain).or(() -> fromAuths(file, json.getJsonObject("auths"), keys));
        } catch (ClassCastException e) {
            throw new RegistryException.BadCredentials(file, "it is not in docker's form");
        }
    }

    private Optional<Credentials> fromHelper(JsonObject json, String domain) {
        JsonObject helpers = json.getJsonObject("credHelpers", new JsonObject());
        List<String> hosts = domain.equals("docker.io") ? DOCKER_HUB_KEYS : List.of(domain);
        Optional<String> own = hosts.stream()
                .map(helpers::getString)
                .filter(name -> name != null && !name.isEmpty())
                .findFirst();
        Optional<String> any = Optional.ofNullable(json.getString("credsStore")).filter(name -> !name.isEmpty());
        String server = domain.equals("docker.io") ? "https://index.docker.io/v1/" : domain;
        return own.or(() -> any).flatMap(name -> new CredentialHelper(name, environment).get(server));
    }

    /** The most specific key counts: containers' auth.json may hold credentials for one repository. */
    private static Optional<Credentials> fromAuths(Path file, JsonObject auths, List<String> keys) {
        if (auths == null) {
            return Optional.empty();
        }
        for (String key : keys) {
            for (String name : auths.fieldNames()) {
                if (normalised(name).equals(key)) {
                    Optional<Credentials> found = entry(file, auths.getJsonObject(name));
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> keys(String domain, String path) {
        List<String> keys = new ArrayList<>();
        for (String key = domain + "/" + path; key.indexOf('/') >= 0; key = key.substring(0, key.lastIndexOf('/'))) {
            keys.add(key);
        }
        keys.addAll(domain.equals("docker.io") ? DOCKER_HUB_KEYS : List.of(domain));
        return keys;
    }

    /** {@code https://index.docker.io/v1/} is {@code index.docker.io}. */
    private static String normalised(String key) {
        String bare = key.replaceFirst("^https?://", "");
        return bare.replaceFirst("/(v1|v2)?/?$", "");
    }

    private static Optional<Credentials> entry(Path file, JsonObject entry) {
        String identity = entry.getString("identitytoken", "");
        String pair = entry.getString("auth", "");
        if (pair.isEmpty()) {
            String user = entry.getString("username", "");
            return user.isEmpty() && identity.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Credentials(user, entry.getString("password", ""), identity));
        }
        try {
            String decoded = new String(Base64.getDecoder().decode(pair), StandardCharsets.UTF_8);
            int colon = decoded.indexOf(':');
            if (colon >= 0) {
                // docker pads the password with zero bytes in old files
                String password = decoded.substring(colon + 1).replaceFirst("\0+$", "");
                return Optional.of(new Credentials(decoded.substring(0, colon), password, identity));
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new RegistryException.BadCredentials(file, "an auth is not base64 of name:password");
    }

    private static Optional<JsonObject> read(Path file) {
        try {
            if (Files.size(file) > LIMIT) {
                throw new RegistryException.BadCredentials(file, "it is larger than 1 MiB");
            }
            return Optional.of(new JsonObject(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (DecodeException e) {
            throw new RegistryException.BadCredentials(file, "it is not valid JSON");
        } catch (IOException e) {
            throw new RegistryException.BadCredentials(
                    file, "it cannot be opened (" + e.getClass().getSimpleName() + ")");
        }
    }
}
