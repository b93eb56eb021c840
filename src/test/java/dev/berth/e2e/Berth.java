package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.linux.TerminalSize;
import dev.berth.rootfs.Need;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The program as a person has it: the script {@code berth} of a built checkout, with directories and a port of the test's own. The first
 * verb starts the service, as it does for everybody. Closing removes all containers, ends the service and deletes everything.
 */
public final class Berth implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Path script;
    private List<String> around = List.of();
    private final Path base;
    private final Map<String, String> environment = new TreeMap<>();
    private final HttpClient http = HttpClient.newHttpClient();

    /** What a command line came to. */
    public record Result(int exit, byte[] out, byte[] err) {
        public String text() {
            return new String(out, StandardCharsets.UTF_8);
        }

        public String complaint() {
            return new String(err, StandardCharsets.UTF_8);
        }

        public JsonNode json() throws IOException {
            return JSON.readTree(out);
        }

        @Override
        public String toString() {
            return "exit " + exit + "\n--- out\n" + text() + "\n--- err\n" + complaint();
        }
    }

    public Berth() throws IOException {
        this(checkout());
    }

    /** @param checkout a built one, of whatever age */
    public Berth(Path checkout) throws IOException {
        use(checkout);
        // Root's service is another user, which must be able to come in here.
        base = Files.createTempDirectory(
                Path.of("/tmp"),
                "bt",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        environment.put("BERTH_DATA_DIR", dataDirectory().toString());
        environment.put("BERTH_RUNTIME_DIR", runtimeDirectory().toString());
        environment.put("XDG_CONFIG_HOME", base.resolve("config").toString());
        environment.put("BERTH_PORT", "0");
    }

    /** The checkout that is tested. */
    static Path checkout() {
        String checkout = System.getenv("BERTH_CHECKOUT");
        Need.that(checkout != null && !checkout.isEmpty(), "this test needs a built checkout: run it by ./berth test");
        return Path.of(checkout);
    }

    /** From now on verbs are those of another build, with the same directories. */
    public void use(Path checkout) {
        script = checkout.resolve("berth");
    }

    public Path dataDirectory() {
        return base.resolve("data");
    }

    public Path runtimeDirectory() {
        return base.resolve("run");
    }

    /** To be set before the first verb. */
    public Berth with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** From now on verbs are run by another program, which becomes them. */
    Berth within(List<String> program) {
        around = List.copyOf(program);
        return this;
    }

    /** Starts a command line whose input and output the test holds itself. */
    public Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(around);
        command.add(script.toString());
        if (System.getProperty("user.name").equals("root")) {
            // The first time it makes the system user and installs the build, which it would ask about.
            command.add("--yes");
        }
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** As {@link #start}, by another program, which also gets its output. */
    public Process startThrough(List<String> program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.add(script.toString());
        if (System.getProperty("user.name").equals("root")) {
            command.add("--yes");
        }
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Waits until a service that was just started is ready. */
    public void awaitService() throws InterruptedException {
        Await.until(
                "the service is ready",
                PATIENCE_SECONDS,
                () -> Files.exists(runtimeDirectory().resolve("service.json")));
    }

    /** A command line for a shell, with the directories of this one. */
    public String commandLine(String... arguments) {
        StringBuilder line = new StringBuilder();
        environment.forEach(
                (name, value) -> line.append(name).append('=').append(value).append(' '));
        return line.append(script)
                .append(' ')
                .append(String.join(" ", arguments))
                .toString();
    }

    /** A command line at a terminal. */
    public PseudoTerminal terminal(TerminalSize size, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(Arrays.asList(arguments));
        return new PseudoTerminal(size, environment, command);
    }

    public Result run(String... arguments) throws IOException, InterruptedException {
        return feed(new byte[0], arguments);
    }

    /** As {@link #run}, with input. */
    public Result feed(byte[] input, String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        CompletableFuture<byte[]> out = reading(process.getInputStream());
        CompletableFuture<byte[]> err = reading(process.getErrorStream());
        CompletableFuture.runAsync(() -> {
            try (OutputStream in = process.getOutputStream()) {
                in.write(input);
            } catch (IOException notRead) {
                // A program need not read its input.
            }
        });
        if (!process.waitFor(Await.seconds(PATIENCE_SECONDS), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("berth " + String.join(" ", arguments) + " did not end");
        }
        try {
            return new Result(
                    process.exitValue(),
                    out.get(Await.seconds(10), TimeUnit.SECONDS),
                    err.get(Await.seconds(10), TimeUnit.SECONDS));
        } catch (ExecutionException | java.util.concurrent.TimeoutException open) {
            throw new AssertionError("berth " + String.join(" ", arguments) + " left its output open", open);
        }
    }

    /** As {@link #run}, where anything but success is a failure of the test. @return its output without the last line's end */
    public String must(String... arguments) throws IOException, InterruptedException {
        Result result = run(arguments);
        assertEquals(0, result.exit(), () -> "berth " + String.join(" ", arguments) + ": " + result);
        return result.text().stripTrailing();
    }

    /** Calls the REST API; {@code path} begins behind {@code /api/v1}. @param body null = none */
    public HttpResponse<String> api(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest.BodyPublisher content =
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/api/v1" + path))
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", "application/json")
                .method(method, content)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** As {@link #api}, of a GET whose answer is JSON. */
    public JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = api("GET", path, null);
        assertEquals(200, response.statusCode(), response.body());
        return JSON.readTree(response.body());
    }

    /** The beginning of the addresses in a running container's network, up to the last number: {@code 10.0.2.}, mostly. */
    String network(String container) throws IOException, InterruptedException {
        String address = get("/containers/" + container).path("address").asText();
        assertTrue(address.endsWith(".100"), address);
        return address.substring(0, address.length() - 3);
    }

    /** Of the running service. */
    public String url() throws IOException {
        return record().path("url").asText();
    }

    public String token() throws IOException {
        return Files.readString(tokenFile()).strip();
    }

    public Path tokenFile() throws IOException {
        return Path.of(record().path("tokenFile").asText());
    }

    public long servicePid() throws IOException {
        return record().path("pid").asLong();
    }

    /** Whether what {@link Leaks} has found is the service of now, or its lookout. */
    boolean isService(String found) {
        try {
            return Stream.concat(
                            Stream.of(servicePid()),
                            ProcessHandle.of(servicePid()).stream()
                                    .flatMap(ProcessHandle::children)
                                    .map(ProcessHandle::pid)
                                    .filter(Berth::isLookout))
                    .anyMatch(pid -> found.startsWith("process " + pid + ":"));
        } catch (IOException gone) {
            return false;
        }
    }

    private static boolean isLookout(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).equals("berth-lookout\n");
        } catch (IOException ended) {
            return false;
        }
    }

    private JsonNode record() throws IOException {
        return JSON.readTree(Files.readAllBytes(runtimeDirectory().resolve("service.json")));
    }

    /** Ends the service, not the containers: by SIGTERM, or SIGKILL. The next verb starts one again. */
    public void stopService(boolean kill) throws IOException, InterruptedException {
        Optional<ProcessHandle> running;
        try {
            running = ProcessHandle.of(servicePid());
        } catch (NoSuchFileException none) {
            return;
        }
        if (running.isEmpty()) {
            return;
        }
        ProcessHandle service = running.get();
        // Root may signal the system user's service, and a user its own.
        new ProcessBuilder("kill", kill ? "-KILL" : "-TERM", Long.toString(service.pid()))
                .redirectErrorStream(true)
                .start()
                .waitFor();
        Await.until("the service has ended", 10, () -> !service.isAlive());
    }

    /** All of them, running or not. A service that was killed is started again for it. */
    void removeContainers() throws IOException, InterruptedException {
        if (ProcessHandle.of(servicePid()).isEmpty()) {
            must("ps");
        }
        for (JsonNode container : get("/containers?all=true")) {
            HttpResponse<String> removed =
                    api("DELETE", "/containers/" + container.path("id").asText() + "?force=true", null);
            // One that removes itself at its end may be gone.
            assertTrue(List.of(204, 404).contains(removed.statusCode()), removed::body);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (Files.exists(runtimeDirectory().resolve("service.json"))) {
            removeContainers();
            stopService(false);
        }
        deleteTree();
    }

    /** Unpacked layers hold files of subordinate ids, which this user may rename and not remove: a namespace with them can. */
    private void deleteTree() throws IOException, InterruptedException {
        new ProcessBuilder("unshare", "--user", "--map-auto", "--map-root-user", "rm", "-rf", base.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (Files.exists(base)) {
            new ProcessBuilder("rm", "-rf", base.toString()).start().waitFor();
        }
        try (Stream<Path> left = Files.exists(base) ? Files.list(base) : Stream.empty()) {
            assertEquals(0, left.count(), "the test's directory could not be deleted");
        }
    }

    private static CompletableFuture<byte[]> reading(InputStream in) {
        return CompletableFuture.supplyAsync(() -> {
            try (in) {
                return in.readAllBytes();
            } catch (IOException ended) {
                return new byte[0];
            }
        });
    }
}
