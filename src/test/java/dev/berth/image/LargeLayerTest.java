package dev.berth.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.berth.linux.Syscalls;
import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import dev.berth.registry.Cancellation;
import dev.berth.registry.CredentialFiles;
import dev.berth.registry.Limits;
import dev.berth.registry.Registry;
import dev.berth.rootfs.Layers;
import dev.berth.rootfs.Need;
import dev.berth.rootfs.Snapshots;
import dev.berth.store.DataDirectory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A layer of 1 GB is pulled and unpacked by a Java of 64 MB. */
@Timeout(300)
class LargeLayerTest {
    private static final long FILE = 1_000_000_000;

    @TempDir
    Path temp;

    @Test
    void aLayerOfAGigabyteFitsASmallHeap() throws Exception {
        Need.root();
        Digest digest = digest();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        serve(server, digest);
        server.start();
        try {
            Process small = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-XX:MaxDirectMemorySize=64m",
                            "-Djava.io.tmpdir=" + temp,
                            "-cp",
                            System.getProperty("java.class.path"),
                            Puller.class.getName(),
                            "localhost:" + server.getAddress().getPort() + "/big",
                            temp.resolve("data").toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(small.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, small.waitFor(), said);
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
        try (var files = Files.walk(temp.resolve("data/layers"))) {
            Path file = files.filter(path -> path.endsWith("big")).findFirst().orElseThrow();
            assertEquals(FILE, Files.size(file));
        }
    }

    /** What runs with little memory. */
    static final class Puller {
        public static void main(String[] arguments) throws Exception {
            Vertx vertx = Vertx.vertx();
            ExecutorService workers = Executors.newCachedThreadPool();
            try (DataDirectory data = DataDirectory.open(Path.of(arguments[1]), Syscalls.linux());
                    Layers layers = new Layers(data, Syscalls.linux());
                    Registry registry = new Registry(vertx, new CredentialFiles(List.of(), Map.of()), Limits.DEFAULT)) {
                Images images = new Images(data, layers, new Snapshots(data, Syscalls.linux()), List::of);
                new Pull(data, registry, layers, images, workers)
                        .pull(
                                Reference.parse(arguments[0]),
                                Platform.host(),
                                PullPolicy.ALWAYS,
                                PullListener.NONE,
                                new Cancellation());
            }
            workers.shutdown();
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private static void serve(HttpServer server, Digest layer) {
        long size = tarSize();
        String config = "{\"architecture\":\"" + Platform.host().architecture()
                + "\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" + layer + "\"]}}";
        Descriptor configuration = new Descriptor(
                MediaType.OCI_CONFIG, Digest.of(config.getBytes(StandardCharsets.UTF_8)), config.length());
        String manifest = "{\"schemaVersion\":2,\"config\":" + json(configuration) + ",\"layers\":["
                + json(new Descriptor(MediaType.OCI_LAYER, layer, size)) + "]}";
        server.createContext("/v2/big/manifests/latest", exchange -> send(exchange, manifest, MediaType.OCI_MANIFEST));
        server.createContext("/v2/big/blobs/" + configuration.digest(), exchange -> send(exchange, config, null));
        server.createContext("/v2/big/blobs/" + layer, exchange -> {
            exchange.sendResponseHeaders(200, size);
            try (OutputStream body = exchange.getResponseBody()) {
                writeTar(body);
            }
        });
    }

    private static String json(Descriptor descriptor) {
        return "{\"mediaType\":\"" + descriptor.mediaType() + "\",\"digest\":\"" + descriptor.digest() + "\",\"size\":"
                + descriptor.size() + "}";
    }

    private static void send(HttpExchange exchange, String body, MediaType type) throws IOException {
        if (type != null) {
            exchange.getResponseHeaders().set("Content-Type", type.value());
        }
        exchange.sendResponseHeaders(200, body.length());
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Digest digest() throws Exception {
        MessageDigest hash = MessageDigest.getInstance("SHA-256");
        writeTar(new OutputStream() {
            @Override
            public void write(int b) {
                hash.update((byte) b);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                hash.update(bytes, offset, length);
            }
        });
        return Digest.ofHash(Digest.SHA256, hash.digest());
    }

    /** Header, padded content, two blocks of zeros, filled up to a record of 10,240 bytes. */
    private static long tarSize() {
        long blocks = 1 + (FILE + 511) / 512 + 2;
        return (blocks + 19) / 20 * 10_240;
    }

    private static void writeTar(OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, 10_240, "UTF-8");
        TarArchiveEntry entry = new TarArchiveEntry("big");
        entry.setSize(FILE);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        tar.putArchiveEntry(entry);
        byte[] block = new byte[1_000_000];
        new Random(1).nextBytes(block);
        for (long written = 0; written < FILE; written += block.length) {
            tar.write(block);
        }
        tar.closeArchiveEntry();
        tar.finish();
        tar.flush();
    }
}
