package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/** One of several clients that use a service at once. It has containers of its own, and takes no error. */
final class CrowdClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Berth berth;
    private final String image;
    private final String name;
    private final Random random;
    private final CrowdFigures figures;
    private final Deque<String> containers = new ArrayDeque<>();
    private int made;

    CrowdClient(Berth berth, String image, String name, Random random, CrowdFigures figures) {
        this.berth = berth;
        this.image = image;
        this.name = name;
        this.random = random;
        this.figures = figures;
    }

    /** Makes and starts one. */
    Void begin() throws Exception {
        String container = name + "-" + made++;
        figures.create()
                .add(timed(() -> expect(
                        201,
                        "POST",
                        "/containers",
                        "{\"image\":\"%s\",\"name\":\"%s\",\"command\":[\"sleep\",\"100000\"]}"
                                .formatted(image, container))));
        containers.add(container);
        figures.start().add(timed(() -> {
            JsonNode started = expect(200, "POST", "/containers/" + container + "/start", null);
            assertEquals("running", started.path("state").asText());
        }));
        return null;
    }

    /** Runs a program in one of its containers. */
    void exec() throws Exception {
        String word = Integer.toString(random.nextInt(1_000_000));
        String container = containers.stream()
                .skip(random.nextInt(containers.size()))
                .findFirst()
                .orElseThrow();
        figures.exec().add(timed(() -> {
            JsonNode said = expect(
                    200,
                    "POST",
                    "/containers/" + container + "/exec?wait=true",
                    "{\"command\":[\"sh\",\"-c\",\"echo " + word + "; exit 3\"]}");
            assertEquals(word + "\n", said.path("stdout").asText());
            assertEquals(3, said.path("exitCode").asInt());
        }));
    }

    /** Removes its oldest. */
    Void end() throws Exception {
        String container = containers.remove();
        figures.remove().add(timed(() -> expect(204, "DELETE", "/containers/" + container + "?force=true", null)));
        return null;
    }

    int size() {
        return containers.size();
    }

    /** For a while: replaces its oldest container, and runs programs. */
    Void work(long untilNanos) throws Exception {
        while (System.nanoTime() < untilNanos) {
            end();
            begin();
            for (int i = random.nextInt(6); i >= 0; i--) {
                exec();
            }
            figures.list().add(timed(() -> expect(200, "GET", "/containers?all=true", null)));
        }
        return null;
    }

    private JsonNode expect(int status, String method, String path, String body) throws Exception {
        HttpResponse<String> answer = berth.api(method, path, body);
        assertEquals(status, answer.statusCode(), () -> method + " " + path + ": " + answer.body());
        return answer.body().isEmpty() ? null : JSON.readTree(answer.body());
    }

    private interface Call {
        void run() throws Exception;
    }

    private static long timed(Call call) throws Exception {
        long begin = System.nanoTime();
        call.run();
        return System.nanoTime() - begin;
    }
}
