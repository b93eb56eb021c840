package dev.berth.e2e;

import dev.berth.rootfs.Need;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A service of its own for a test: own directories, a port of its own that stays over restarts, started by the real command line. */
final class TrialService implements AutoCloseable {
    private static final Pattern LINK = Pattern.compile("http://berth\\.localhost:\\d+/sign-in#\\S+");
    private static final String TOKEN = "the-token-of-the-browser-tests";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final Path checkout;
    private final int port;
    private Process process;

    TrialService() throws IOException {
        String place = System.getenv("BERTH_CHECKOUT");
        Need.that(place != null, "this test needs BERTH_CHECKOUT, a built checkout; run it by: ./berth test");
        checkout = Path.of(place);
        directory = Files.createTempDirectory("berth-trial-");
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
    }

    /** Starts it and waits until it is ready. @return a link that signs in once */
    String start() throws IOException, InterruptedException {
        Path log = Files.createTempFile(directory, "service", ".log");
        process = command("serve")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Matcher link = LINK.matcher(Files.readString(log));
            if (link.find() && Files.exists(directory.resolve("run/service.json"))) {
                return link.group();
            }
            if (!process.isAlive()) {
                break;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("the service did not start: " + Files.readString(log));
    }

    /** As a crash does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    int port() {
        return port;
    }

    String pages() {
        return "http://berth.localhost:" + port;
    }

    /** A call of the API with the token. */
    String call(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .timeout(PATIENCE)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new AssertionError(
                    method + " " + path + " answered " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    private ProcessBuilder command(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                checkout.resolve("target/berth.jar").toString(),
                "dev.berth.cli.Main"));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile());
        builder.environment()
                .putAll(Map.of(
                        "BERTH_DATA_DIR", directory.resolve("data").toString(),
                        "BERTH_RUNTIME_DIR", directory.resolve("run").toString(),
                        "XDG_CONFIG_HOME", directory.resolve("config").toString(),
                        "BERTH_TOKEN", TOKEN,
                        "BERTH_PORT", Integer.toString(port)));
        return builder;
    }

    /** Removes every container, ends the service, and deletes its files from inside U1, where they belong to it. */
    @Override
    public void close() throws IOException, InterruptedException {
        if (process != null && process.isAlive()) {
            String all = call("GET", "/api/v1/containers?all=true", null);
            Matcher id = Pattern.compile("\\{\"id\":\"([0-9a-f]{64})\"").matcher(all);
            while (id.find()) {
                call("DELETE", "/api/v1/containers/" + id.group(1) + "?force=true&volumes=true", null);
            }
            process.destroy();
            if (!process.waitFor(10, java.util.concurrent.TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        new ProcessBuilder("rm", "-rf", directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
