package dev.berth.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** What a web server in a container answers at a port of the machine. */
final class Page {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(Await.seconds(2)))
            .build();

    private Page() {}

    /** Waits a little for one that is just starting. */
    static String at(int port) throws Exception {
        String[] body = new String[1];
        Await.until("port " + port + " answers", 10, () -> {
            body[0] = fetch(port);
            return true;
        });
        return body[0];
    }

    /** Whether a connection is refused, within a while. */
    static void mustBeGone(int port) throws Exception {
        Await.until("port " + port + " refuses", 10, () -> {
            try {
                fetch(port);
                return false;
            } catch (IOException refused) {
                return true;
            }
        });
    }

    private static String fetch(int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .timeout(Duration.ofSeconds(Await.seconds(5)))
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
