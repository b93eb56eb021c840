package dev.berth.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A registry of one repository on the loopback address, reading only: the part of the distribution protocol that a pull
 * uses, ranges included.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull">the specification</a>
 */
final class LoopbackRegistry implements AutoCloseable {

    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{1,18})-([0-9]{0,18})");

    private final String repository;
    private final Map<String, Blob> manifests = new ConcurrentHashMap<>();
    private final Map<String, Blob> blobs = new ConcurrentHashMap<>();
    private final HttpServer server;
    private final ExecutorService threads;

    private LoopbackRegistry(String repository, HttpServer server) {
        this.repository = repository;
        this.server = server;
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "demo-registry");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** @param port the one to prefer; another when it is taken */
    static LoopbackRegistry start(String repository, int port) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try {
            return new LoopbackRegistry(repository, HttpServer.create(new InetSocketAddress(loopback, port), 0));
        } catch (IOException taken) {
            try {
                return new LoopbackRegistry(repository, HttpServer.create(new InetSocketAddress(loopback, 0), 0));
            } catch (IOException e) {
                throw new DemoException("cannot serve the demo image: no port of " + loopback.getHostAddress()
                        + " can be had (" + e.getMessage() + ")");
            }
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    void put(String tag, DemoImage image) {
        image.blobs().forEach(blob -> blobs.put(blob.digest().toString(), blob));
        manifests.put(image.manifest().digest().toString(), image.manifest());
        manifests.put(tag, image.manifest());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Docker-Distribution-Api-Version", "registry/2.0");
            String method = exchange.getRequestMethod();
            String path = exchange.getRequestURI().getPath();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                refuse(exchange, 405, "UNSUPPORTED", "this registry can only be read");
            } else if (path.equals("/v2/")) {
                send(exchange, 200, "application/json", "{}".getBytes(StandardCharsets.UTF_8));
            } else {
                answer(exchange, path);
            }
        }
    }

    private void answer(HttpExchange exchange, String path) throws IOException {
        String base = "/v2/" + repository + "/";
        if (!path.startsWith(base)) {
            refuse(exchange, 404, "NAME_UNKNOWN", "repository name not known to registry");
            return;
        }
        String rest = path.substring(base.length());
        String name = rest.substring(rest.indexOf('/') + 1);
        if (rest.equals("tags/list")) {
            String tags = String.join(
                    "\",\"",
                    manifests.keySet().stream()
                            .filter(key -> key.indexOf(':') < 0)
                            .toList());
            byte[] list =
                    ("{\"name\":\"" + repository + "\",\"tags\":[\"" + tags + "\"]}").getBytes(StandardCharsets.UTF_8);
            send(exchange, 200, "application/json", list);
        } else if (rest.startsWith("manifests/")) {
            answer(exchange, manifests.get(name), "MANIFEST_UNKNOWN");
        } else if (rest.startsWith("blobs/")) {
            answer(exchange, blobs.get(name), "BLOB_UNKNOWN");
        } else {
            refuse(exchange, 404, "UNSUPPORTED", "no such path");
        }
    }

    private void answer(HttpExchange exchange, Blob blob, String absent) throws IOException {
        if (blob == null) {
            refuse(exchange, 404, absent, "not known to registry");
            return;
        }
        exchange.getResponseHeaders().set("Docker-Content-Digest", blob.digest().toString());
        boolean manifest = absent.equals("MANIFEST_UNKNOWN");
        String type = manifest ? blob.mediaType().value() : "application/octet-stream";
        String range = exchange.getRequestHeaders().getFirst("Range");
        Matcher asked = RANGE.matcher(range == null || manifest ? "" : range);
        if (asked.matches()) {
            sendRange(exchange, type, blob.bytes(), asked);
        } else {
            exchange.getResponseHeaders().set("Accept-Ranges", manifest ? "none" : "bytes");
            send(exchange, 200, type, blob.bytes());
        }
    }

    private static void sendRange(HttpExchange exchange, String type, byte[] bytes, Matcher asked) throws IOException {
        long first = Long.parseLong(asked.group(1));
        long last = asked.group(2).isEmpty()
                ? bytes.length - 1
                : Math.min(Long.parseLong(asked.group(2)), bytes.length - 1);
        if (first > last) {
            exchange.getResponseHeaders().set("Content-Range", "bytes */" + bytes.length);
            refuse(exchange, 416, "RANGE_INVALID", "no such range");
            return;
        }
        exchange.getResponseHeaders().set("Content-Range", "bytes " + first + "-" + last + "/" + bytes.length);
        byte[] part = Arrays.copyOfRange(bytes, (int) first, (int) last + 1);
        send(exchange, 206, type, part);
    }

    private static void refuse(HttpExchange exchange, int status, String code, String message) throws IOException {
        String body = "{\"errors\":[{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}]}";
        send(exchange, status, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
