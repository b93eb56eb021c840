package dev.berth.registry;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * A program {@code docker-credential-NAME} that keeps credentials in a keyring.
 *
 * @see <a href="https://github.com/docker/docker-credential-helpers">its protocol</a>
 */
final class CredentialHelper {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");
    private static final int SECONDS = 30;
    private static final int LIMIT = 1 << 20;
    /** As the user name: what follows is an identity token. */
    private static final String TOKEN_USER = "<token>";

    private final String program;
    private final Map<String, String> environment;

    CredentialHelper(String name, Map<String, String> environment) {
        this.program = "docker-credential-" + name;
        this.environment = environment;
        if (!NAME.matcher(name).matches()) {
            throw new RegistryException.BadCredentials(program, "this is no program's name");
        }
    }

    /** Empty when the helper has none for this server. */
    Optional<Credentials> get(String server) {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(List.of(find(), "get")).redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            try {
                return talk(process, server);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new RegistryException.BadCredentials(program, "it cannot be started");
        }
    }

    private Optional<Credentials> talk(Process process, String server) {
        try (OutputStream input = process.getOutputStream()) {
            input.write(server.getBytes(StandardCharsets.UTF_8));
        } catch (IOException closed) {
            // it has answered, or failed, without reading: what it says tells
        }
        // read on another thread: a helper that asks its user something may never answer
        CompletableFuture<byte[]> output = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return process.getInputStream().readNBytes(LIMIT);
                    } catch (IOException e) {
                        return new byte[0];
                    }
                },
                CredentialHelper::start);
        try {
            String text = new String(output.get(SECONDS, TimeUnit.SECONDS), StandardCharsets.UTF_8).strip();
            boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                throw new TimeoutException();
            }
            return process.exitValue() == 0 ? parse(text) : nothingOrFailure(text);
        } catch (TimeoutException e) {
            throw new RegistryException.BadCredentials(program, "it did not answer within " + SECONDS + " s");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException.Cancelled();
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "credential-helper");
        thread.setDaemon(true);
        thread.start();
    }

    private Optional<Credentials> parse(String text) {
        try {
            JsonObject answer = new JsonObject(text);
            String user = answer.getString("Username", "");
            String secret = answer.getString("Secret", "");
            if (user.isEmpty() && secret.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(
                    user.equals(TOKEN_USER) ? new Credentials("", "", secret) : new Credentials(user, secret, ""));
        } catch (DecodeException | ClassCastException e) {
            throw new RegistryException.BadCredentials(program, "its answer is not what docker's helpers say");
        }
    }

    private Optional<Credentials> nothingOrFailure(String text) {
        if (text.contains("credentials not found")) {
            return Optional.empty();
        }
        String firstLine = text.lines().findFirst().orElse("it failed").replaceAll("\\p{Cntrl}", "?");
        throw new RegistryException.BadCredentials(program, firstLine.substring(0, Math.min(200, firstLine.length())));
    }

    /** Along the user's PATH, not the service's. */
    private String find() {
        for (String directory :
                environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin").split(":")) {
            Path file = Path.of(directory, program);
            if (file.isAbsolute() && Files.isExecutable(file)) {
                return file.toString();
            }
        }
        throw new RegistryException.BadCredentials(program, "there is no such program in PATH; install it");
    }
}
