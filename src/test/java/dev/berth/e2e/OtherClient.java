package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A second client at work while the first one's service is killed: it makes, starts, uses and removes containers, one after the other,
 * and takes no error but a lost connection.
 */
final class OtherClient implements AutoCloseable {
    /** How the names of its containers begin. */
    static final String NAME = "other-";

    private final Berth berth;
    private final String image;
    private final CompletableFuture<Integer> work;
    private volatile boolean enough;

    OtherClient(Berth berth, String image) {
        this.berth = berth;
        this.image = image;
        this.work = new CompletableFuture<>();
        Thread thread = new Thread(this::work, "other client");
        thread.setDaemon(true);
        thread.start();
    }

    private void work() {
        try {
            int done = 0;
            for (; !enough; done++) {
                one(NAME + done);
            }
            work.complete(done);
        } catch (Throwable wrong) {
            work.completeExceptionally(wrong);
        }
    }

    private void one(String name) throws Exception {
        try {
            answered(201, "POST", "/containers", """
                    {"image":"%s","name":"%s","command":["sleep","1000"],"mounts":[{"type":"volume","target":"/v"}]}""".formatted(image, name));
            answered(200, "POST", "/containers/" + name + "/start", null);
            HttpResponse<String> run = answered(
                    200, "POST", "/containers/" + name + "/exec?wait=true", "{\"command\":[\"echo\",\"here\"]}");
            assertTrue(run.body().contains("here\\n"), run.body());
            answered(204, "DELETE", "/containers/" + name + "?force=true&volumes=true", null);
        } catch (IOException cut) {
            removed(name);
        }
    }

    private HttpResponse<String> answered(int status, String method, String path, String body) throws Exception {
        HttpResponse<String> answer = berth.api(method, path, body);
        assertEquals(status, answer.statusCode(), () -> method + " " + path + ": " + answer.body());
        return answer;
    }

    /** As soon as there is a service again: what was half done can be removed, if it is there. */
    private void removed(String name) throws Exception {
        Await.until("a service answers", 60, () -> {
            int status = berth.api("DELETE", "/containers/" + name + "?force=true&volumes=true", null)
                    .statusCode();
            assertTrue(status == 204 || status == 404, () -> "removal answered " + status);
            return true;
        });
    }

    @Override
    public void close() throws Exception {
        enough = true;
        work.get(Await.seconds(60), TimeUnit.SECONDS);
    }
}
