package dev.berth.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.berth.rootfs.TarBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** A registry of one image, {@code box}, of two layers; the second one can be made to come slowly. */
final class ImageServer implements AutoCloseable {
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar";
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

    private final HttpServer server;
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final byte[] manifest;
    private volatile long resumedAt = -1;
    private volatile int bytesPerSecond = Integer.MAX_VALUE;

    private ImageServer(HttpServer server, byte[] base, byte[] second) {
        this.server = server;
        String config = ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"created\":\"2026-01-01T00:00:00Z\","
                        + "\"config\":{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"sh\"]},\"rootfs\":{\"type\":\"layers\","
                        + "\"diff_ids\":[\"%s\",\"%s\"]},\"history\":[{\"created_by\":\"base\"},{\"created_by\":\"second\"}]}")
                .formatted(digest(base), digest(second));
        byte[] configBytes = config.replace("amd64", architecture()).getBytes(StandardCharsets.UTF_8);
        manifest = ("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s,%s]}")
                .formatted(MANIFEST, put(CONFIG, configBytes), put(LAYER, base), put(LAYER, second))
                .getBytes(StandardCharsets.UTF_8);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "image-server");
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
    }

    static ImageServer start() throws IOException, InterruptedException {
        return start(4);
    }

    /** @param seed of the second layer's bytes */
    static ImageServer start(long seed) throws IOException, InterruptedException {
        byte[] base = Busybox.layer()
                .directory("www/")
                .file("www/index.html", "<title>forwarded</title><h1>hello from a container</h1>")
                .build();
        byte[] noise = new byte[4 << 20];
        new java.util.Random(seed).nextBytes(noise);
        byte[] second = new TarBuilder()
                .directory("opt/")
                .file("opt/noise", noise, m -> m.mode(0644))
                .build();
        return new ImageServer(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), base, second);
    }

    /** The image's name. */
    String image() {
        return "localhost:" + server.getAddress().getPort() + "/box";
    }

    void slow(int bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    private String put(String type, byte[] bytes) {
        blobs.put(digest(bytes), bytes);
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, digest(bytes), bytes.length);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String name = path.substring(path.lastIndexOf('/') + 1);
            boolean isManifest =
                    path.startsWith("/v2/box/manifests/") && (name.equals("latest") || name.equals(digest(manifest)));
            byte[] body = isManifest ? manifest : path.startsWith("/v2/box/blobs/") ? blobs.get(name) : null;
            if (path.equals("/v2/")) {
                body = "{}".getBytes(StandardCharsets.US_ASCII);
            }
            if (body == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", isManifest ? MANIFEST : "application/octet-stream");
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            answer(exchange, body);
        }
    }

    private void answer(HttpExchange exchange, byte[] body) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=([0-9]+)-.*", "$1"));
        if (from > 0) {
            resumedAt = from;
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, body.length - from);
        send(exchange.getResponseBody(), body, from);
    }

    /** Where the last client went on that had a part already. */
    long resumedAt() {
        return resumedAt;
    }

    private void send(OutputStream out, byte[] body, int from) throws IOException {
        int piece = 64 * 1024;
        for (int at = from; at < body.length; at += piece) {
            out.write(body, at, Math.min(piece, body.length - at));
            out.flush();
            if (body.length > (1 << 20) && bytesPerSecond < Integer.MAX_VALUE) {
                try {
                    Thread.sleep(1_000L * piece / bytesPerSecond);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    private static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
