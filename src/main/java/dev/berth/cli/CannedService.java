package dev.berth.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A service that answers every question with the same few words, on a free loopback port, until it is closed. */
final class CannedService implements AutoCloseable {
    private static final String TIME = "2026-01-31T12:00:00.5Z";
    private static final String CONTAINER = """
            {"id":"%s","name":"n","image":"docker.io/library/i:latest","imageId":"sha256:00","state":"exited","exitCode":0,
            "created":"%s","started":"%s","finished":"%s","health":"none","ports":[],
            "config":{"command":["c"],"entrypoint":null,"tty":false,"openStdin":false,"labels":{}}}""".formatted("0".repeat(64), TIME, TIME, TIME);
    private static final String IMAGE = """
            {"id":"sha256:00","references":["docker.io/library/i:latest"],"digest":"sha256:00","created":"%s","size":1}""".formatted(TIME);

    private static final String PORT = """
            {"hostAddress":"127.0.0.1","hostPort":8080,"containerPort":80,"protocol":"tcp","state":"active","error":null}""";
    private static final String FREE_PORT = """
            {"hostAddress":"127.0.0.1","hostPort":null,"containerPort":53,"protocol":"udp","state":"pending","error":null}""";
    private static final String DISK_USE = """
            {"images":{"count":2,"size":7800000,"reclaimable":0},"containers":{"count":0,"size":0,"reclaimable":0},
            "volumes":{"count":1,"size":999,"reclaimable":999}}""";
    private static final String PORTS = """
            {"forwards":[{"name":"n",%s],
            "taken":[{"protocol":"tcp","address":"127.0.0.1","port":8080,"holder":null},
            {"protocol":"tcp","address":"0.0.0.0","port":22,"holder":null},
            {"protocol":"udp","address":"::","port":53,"holder":{"pid":7,"name":"named"}}]}""".formatted(PORT.substring(1));

    private final ServerSocket listener;

    CannedService() {
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::serve, "canned service");
        thread.setDaemon(true);
        thread.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                // Each for itself: a terminal's socket stays open while the container is started by another call.
                Thread thread = new Thread(() -> answer(socket), "canned answer");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            answer(new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
        } catch (IOException clientWentAway) {
            return;
        }
    }

    private static void answer(InputStream in, OutputStream out) throws IOException {
        String request = HttpResponse.readLine(in);
        String key = null;
        long length = 0;
        for (String header = HttpResponse.readLine(in); !header.isEmpty(); header = HttpResponse.readLine(in)) {
            if (header.startsWith("Sec-WebSocket-Key: ")) {
                key = header.substring(19);
            } else if (header.startsWith("Content-Length: ")) {
                length = Long.parseLong(header.substring(16));
            }
        }
        in.skipNBytes(length);
        if (key != null) {
            write(
                    out,
                    "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + WebSocket.accept(key) + "\r\n\r\n");
            out.write(new byte[] {(byte) 0x82, 1, 3});
            out.write(new byte[] {(byte) 0x82, 2, 1, 'x'});
            out.write(new byte[] {(byte) 0x82, 5, 6, 0, 0, 0, 7});
            in.read(); // until the client has gone
            return;
        }
        String body = body(request);
        write(
                out,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n");
    }

    private static String body(String request) {
        String path = request.split(" ")[1].replaceFirst("\\?.*", "").replaceFirst("^/api/v1", "");
        return switch (path) {
            case "/containers" -> request.startsWith("GET") ? "[" + CONTAINER + "]" : CONTAINER;
            case "/images" -> "[" + IMAGE + "]";
            case "/images/one" -> IMAGE;
            case "/system/df" -> DISK_USE;
            case "/ports" -> PORTS;
            case "/containers/n/ports" -> request.startsWith("GET") ? "[" + PORT + "," + FREE_PORT + "]" : PORT;
            default -> CONTAINER;
        };
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
