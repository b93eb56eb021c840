package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A container that counts aloud while services come and go: it must run on under its pid, and no number may be lost or come twice. */
final class Witness {
    /** Between two numbers; it is in the command line of everything that a witness forks. */
    static final String PAUSE = "usleep 20000";

    private final Berth berth;
    private final String name;
    private final long pid;

    Witness(Berth berth, String image, String name, boolean tty) throws Exception {
        this.berth = berth;
        this.name = name;
        String count = "i=0; while :; do echo $i; i=$((i+1)); " + PAUSE + "; done";
        String made = berth.api(
                        "POST",
                        "/containers",
                        "{\"image\":\"%s\",\"name\":\"%s\",\"tty\":%s,\"command\":[\"sh\",\"-c\",\"%s\"]}"
                                .formatted(image, name, tty, count))
                .body();
        assertEquals(
                200, berth.api("POST", "/containers/" + name + "/start", null).statusCode(), made);
        pid = berth.get("/containers/" + name).path("pid").asLong();
        assertTrue(pid > 0, made);
    }

    String name() {
        return name;
    }

    void mustRunOn() throws Exception {
        JsonNode now = berth.get("/containers/" + name);
        assertEquals("running", now.path("state").asText(), now::toString);
        assertEquals(pid, now.path("pid").asLong(), now::toString);
        assertTrue(Files.exists(Path.of("/proc/" + pid + "/exe"), java.nio.file.LinkOption.NOFOLLOW_LINKS));
    }

    /** @return how far it has counted */
    int mustHaveCounted() throws Exception {
        List<String> lines = berth.api("GET", "/containers/" + name + "/logs", null)
                .body()
                .lines()
                .toList();
        for (int i = 0; i < lines.size(); i++) {
            assertEquals(Integer.toString(i), lines.get(i), name + ", line " + i);
        }
        assertTrue(lines.size() > 1, lines::toString);
        return lines.size();
    }
}
