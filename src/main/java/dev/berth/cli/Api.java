package dev.berth.cli;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * The REST API (API.md) on plain sockets, a connection for each request. java.net.http would cost half a second in a program that
 * lives for a tenth of one.
 */
final class Api {
    private static final String BASE = "/api/v1";
    private static final int CONNECT_MILLIS = 5000;

    private final URI url;
    private final String token;

    Api(URI url, String token) {
        this.url = url;
        this.token = token;
    }

    URI url() {
        return url;
    }

    Json get(String path) {
        return json("GET", path, null);
    }

    Json delete(String path) {
        return json("DELETE", path, null);
    }

    /** @param body null = none */
    Json post(String path, Json body) {
        return json("POST", path, body);
    }

    Json patch(String path, Json body) {
        return json("PATCH", path, body);
    }

    private Json json(String method, String path, Json body) {
        try (HttpResponse response = request(method, path, body, "application/json")) {
            byte[] text = response.body().readAllBytes();
            return text.length == 0 ? Json.NULL : Json.parse(text);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Each line of an NDJSON answer, as it comes. */
    void lines(String method, String path, Json body, Consumer<Json> listener) {
        try (HttpResponse response = request(method, path, body, "application/x-ndjson");
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    listener.accept(Json.parse(line.getBytes(StandardCharsets.UTF_8)));
                }
            }
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** An answer that the caller reads and closes; an error of the service is thrown. */
    HttpResponse request(String method, String path, Json body, String accept) {
        Socket socket = connect();
        try {
            byte[] content = body == null ? new byte[0] : body.compact().getBytes(StandardCharsets.UTF_8);
            StringBuilder head = head(method, path);
            head.append("Accept: ").append(accept).append(", application/problem+json\r\nConnection: close\r\n");
            if (body != null) {
                head.append("Content-Type: application/json\r\n");
            }
            if (!method.equals("GET")) {
                head.append("Content-Length: ").append(content.length).append("\r\n");
            }
            send(socket, head.append("\r\n"), content);
            HttpResponse response = HttpResponse.read(new BufferedInputStream(socket.getInputStream(), 32 * 1024));
            if (!response.isSuccess()) {
                throw problem(response);
            }
            return response;
        } catch (IOException e) {
            close(socket);
            throw lost(e);
        } catch (RuntimeException e) {
            close(socket);
            throw e;
        }
    }

    /** Writes the body of a request. */
    interface Content {
        void write(OutputStream out) throws IOException;
    }

    /**
     * Sends a body of any length.
     *
     * @return its length
     */
    long upload(String path, Content content) {
        Socket socket = connect();
        try (socket) {
            String head = head("PUT", path)
                    .append("Accept: application/problem+json\r\nConnection: close\r\n")
                    .append("Content-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .toString();
            send(socket, head, new byte[0]);
            CompletableFuture<HttpResponse> answer = answer(socket);
            ChunkedOutput out = new ChunkedOutput(socket.getOutputStream(), answer::isDone);
            try {
                content.write(out);
                out.finish();
            } catch (ChunkedOutput.Stopped stopped) {
                // The answer tells why.
            }
            HttpResponse response = answer.join();
            if (!response.isSuccess()) {
                throw problem(response);
            }
            return out.total();
        } catch (CompletionException e) {
            throw e.getCause() instanceof UncheckedIOException lost ? lost(lost.getCause()) : e;
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** An answer may come at any time: one that refuses the body does not wait for its end. */
    private static CompletableFuture<HttpResponse> answer(Socket socket) {
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        HttpResponse head = HttpResponse.read(new BufferedInputStream(socket.getInputStream()));
                        byte[] body = head.body().readAllBytes();
                        answer.complete(
                                new HttpResponse(head.status(), head.headers(), new ByteArrayInputStream(body)));
                    } catch (IOException e) {
                        answer.completeExceptionally(new UncheckedIOException(e));
                    }
                },
                "answer");
        reader.setDaemon(true);
        reader.start();
        return answer;
    }

    /** Opens a WebSocket. */
    WebSocket webSocket(String path) {
        Socket socket = connect();
        try {
            socket.setTcpNoDelay(true);
            return WebSocket.open(socket, head("GET", path), Api::problem);
        } catch (IOException e) {
            close(socket);
            throw lost(e);
        } catch (RuntimeException e) {
            close(socket);
            throw e;
        }
    }

    private StringBuilder head(String method, String path) {
        return new StringBuilder()
                .append(method)
                .append(' ')
                .append(BASE)
                .append(path)
                .append(" HTTP/1.1\r\nHost: ")
                .append(url.getAuthority())
                .append("\r\nAuthorization: Bearer ")
                .append(token)
                .append("\r\n");
    }

    private static void send(Socket socket, CharSequence head, byte[] content) throws IOException {
        byte[] start = head.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[start.length + content.length];
        System.arraycopy(start, 0, all, 0, start.length);
        System.arraycopy(content, 0, all, start.length, content.length);
        socket.getOutputStream().write(all);
    }

    private Socket connect() {
        Socket socket = new Socket();
        try {
            String host = url.getHost().replaceAll("[\\[\\]]", "");
            socket.connect(new InetSocketAddress(host, url.getPort()), CONNECT_MILLIS);
            return socket;
        } catch (IOException e) {
            close(socket);
            throw new CliException(
                    "cannot reach the service at " + url + ": " + e.getMessage() + "; look with: berth doctor");
        }
    }

    /** Turns the problem document of an answer into the exception that says it. */
    static CliException problem(HttpResponse response) {
        String text;
        try {
            text = new String(response.body().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            text = "";
        }
        if (!response.headers().getOrDefault("content-type", "").contains("json") || text.isEmpty()) {
            return new CliException(
                    "the service answered " + response.status() + (text.isEmpty() ? "" : ": " + firstLine(text)),
                    CliException.OWN_ERROR,
                    response.status());
        }
        return problem(Json.parse(text.getBytes(StandardCharsets.UTF_8)), response.status());
    }

    static CliException problem(Json document, int status) {
        String detail = document.get("detail").text();
        if (detail.isEmpty()) {
            detail = document.get("title").text();
        }
        int exitCode = (int) document.get("exitCode").number(CliException.OWN_ERROR);
        return new CliException(detail.isEmpty() ? "the service answered " + status : detail, exitCode, (int)
                document.get("status").number(status));
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private CliException lost(IOException e) {
        return new CliException("lost the connection to the service at " + url + ": " + e.getMessage());
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            return;
        }
    }

    /** Escapes a part of a path or the value of a parameter. */
    static String escape(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
