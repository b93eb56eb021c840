package dev.berth.registry;

import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.Reference;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry on plain sockets, whose every byte a test decides. Every connection carries one request. */
public final class FaultyRegistry implements Closeable {

    /** How one path is answered. */
    public interface Handler {
        void answer(Request request, Wire wire) throws Exception;
    }

    /** @param headers by lower-case name */
    public record Request(String method, String path, Map<String, String> headers, String body) {
        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    /** The way back. */
    public static final class Wire {
        private final Socket socket;
        private final OutputStream out;

        Wire(Socket socket) throws IOException {
            this.socket = socket;
            this.out = socket.getOutputStream();
        }

        public void head(int status, String... headers) throws IOException {
            raw("HTTP/1.1 " + status + " Status\r\nConnection: close\r\n");
            for (String header : headers) {
                raw(header + "\r\n");
            }
            raw("\r\n");
        }

        public void reply(int status, byte[] body, String... headers) throws IOException {
            String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
            all[headers.length] = "Content-Length: " + body.length;
            head(status, all);
            write(body);
        }

        public void reply(int status, String body, String... headers) throws IOException {
            reply(status, body.getBytes(StandardCharsets.UTF_8), headers);
        }

        public void raw(String text) throws IOException {
            write(text.getBytes(StandardCharsets.UTF_8));
        }

        public void write(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** The connection breaks as if a cable was pulled. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    private final ServerSocket server;
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    public final List<Request> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger mostOpen = new AtomicInteger();

    public FaultyRegistry() throws IOException {
        this(InetAddress.getByName("127.0.0.1"));
    }

    public FaultyRegistry(InetAddress address) throws IOException {
        server = new ServerSocket(0, 50, address);
        start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    public Reference name(String rest) {
        return Reference.parse("127.0.0.1:" + port() + "/" + rest);
    }

    public FaultyRegistry on(String path, Handler handler) {
        handlers.put(path, handler);
        return this;
    }

    public FaultyRegistry manifest(String repository, String reference, MediaType type, String json) {
        return on(
                "/v2/" + repository + "/manifests/" + reference,
                (request, wire) -> wire.reply(200, json, "Content-Type: " + type));
    }

    /** A well-behaved blob, ranges included. */
    public FaultyRegistry blob(String repository, byte[] bytes) {
        return on("/v2/" + repository + "/blobs/" + Digest.of(bytes), serving(bytes));
    }

    public static Handler serving(byte[] bytes) {
        return (request, wire) -> {
            int from = offset(request);
            if (from == 0) {
                wire.reply(200, bytes);
            } else {
                wire.reply(206, java.util.Arrays.copyOfRange(bytes, from, bytes.length), range(from, bytes.length));
            }
        };
    }

    /** 0 when no range is asked for. */
    public static int offset(Request request) {
        String range = request.header("Range");
        return range.isEmpty() ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.indexOf('-')));
    }

    public static String range(int from, int length) {
        return "Content-Range: bytes " + from + "-" + (length - 1) + "/" + length;
    }

    public List<Request> requests(String path) {
        return requests.stream().filter(r -> r.path().equals(path)).toList();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
        try (socket) {
            Request request = read(new BufferedInputStream(socket.getInputStream()));
            requests.add(request);
            String path = request.path().replaceFirst("\\?.*", "");
            handlers.getOrDefault(path, (r, wire) -> wire.reply(404, "{\"errors\":[]}"))
                    .answer(request, new Wire(socket));
        } catch (Exception gone) {
            // the client has heard enough
        } finally {
            open.decrementAndGet();
        }
    }

    private static Request read(InputStream in) throws IOException {
        String[] line = line(in).split(" ");
        Map<String, String> headers = new LinkedHashMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Request(line[0], line[1], headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("end of stream");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "faulty-registry");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
