package dev.berth.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** A service for a browser: at a port of its own, which stays over restarts as the page's address does. */
final class TrialService implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    final Berth berth = new Berth();
    private final int port;

    TrialService() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        berth.with("BERTH_PORT", Integer.toString(port));
    }

    /** Starts it and waits until it is ready. */
    void start() throws IOException, InterruptedException {
        berth.must("ps");
    }

    /** As a crash does. */
    void kill() throws IOException, InterruptedException {
        berth.stopService(true);
    }

    int port() {
        return port;
    }

    String pages() {
        return "http://berth.localhost:" + port;
    }

    /** A link that signs in once, as the service prints it. */
    String link() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(berth.url() + "/session/launch"))
                .header("Authorization", "Bearer " + berth.token())
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        return JSON.readTree(answer.body()).path("url").asText();
    }

    /** A call of the API that succeeds. @param path behind {@code /api/v1} */
    JsonNode call(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = berth.api(method, path, body);
        if (answer.statusCode() >= 300) {
            throw new AssertionError(method + " " + path + " answered " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body().isEmpty() ? "null" : answer.body());
    }

    /** What the API says of a container. */
    JsonNode container(String name) throws IOException, InterruptedException {
        return call("GET", "/containers/" + name, null);
    }

    /** The answer to a request as it is written; the connection ends with it. */
    String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(Await.millis(10_000));
            socket.getOutputStream()
                    .write((request.replace("\n", "\r\n") + "Connection: close\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Of an answer that {@link #raw} gave. */
    static int status(String answer) {
        return Integer.parseInt(answer.split(" ")[1]);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        berth.close();
    }
}
