package dev.berth.image;

import dev.berth.rootfs.Need;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real registry: one of docker-compose.test.yml, where BERTH_TEST_REGISTRY and BERTH_TEST_REGISTRY_AUTH name them, else Debian's
 * docker-registry on a free loopback port, with its data in a directory of the test's.
 */
public final class RealRegistry implements AutoCloseable {

    private final Process process;
    private final int port;

    private RealRegistry(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    public static RealRegistry start(Path directory) throws IOException, InterruptedException {
        return start(directory, "");
    }

    /** @param htpasswd a file with users; empty = open to all */
    public static RealRegistry start(Path directory, String htpasswd) throws IOException, InterruptedException {
        String given = System.getenv(htpasswd.isEmpty() ? "BERTH_TEST_REGISTRY" : "BERTH_TEST_REGISTRY_AUTH");
        if (given != null && !given.isEmpty()) {
            return new RealRegistry(null, Integer.parseInt(given.substring(given.lastIndexOf(':') + 1)));
        }
        Need.program("docker-registry");
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Files.createDirectories(directory);
        Path config = directory.resolve("config.yml");
        String auth = htpasswd.isEmpty() ? "" : "auth: {htpasswd: {realm: test, path: " + htpasswd + "}}\n";
        Files.writeString(
                config,
                "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: "
                        + directory.resolve("data") + "}, delete: {enabled: true}}\nhttp: {addr: '127.0.0.1:" + port
                        + "'}\n" + auth);
        Process process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("registry.log").toFile())
                .start();
        RealRegistry registry = new RealRegistry(process, port);
        registry.await(directory.resolve("registry.log"));
        return registry;
    }

    private void await(Path log) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < end && process.isAlive()) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return;
            } catch (IOException notYet) {
                process.waitFor(50, TimeUnit.MILLISECONDS);
            }
        }
        throw new IOException("docker-registry did not start: " + Files.readString(log));
    }

    public int port() {
        return port;
    }

    /** As it stands in an image's name. */
    public String domain() {
        return "localhost:" + port;
    }

    /** Brings an image of an OCI layout there, with skopeo. */
    public void push(Path layout, String name, String as, String... options) throws IOException, InterruptedException {
        Need.program("skopeo");
        List<String> command = new ArrayList<>(List.of("skopeo", "copy", "--dest-tls-verify=false"));
        command.addAll(List.of(options));
        command.add("oci:" + layout + ":" + name);
        command.add("docker://" + domain() + "/" + as);
        Process copy = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(copy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (copy.waitFor() != 0) {
            throw new IOException("skopeo: " + said);
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (process == null) {
            return; // compose ends it
        }
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
