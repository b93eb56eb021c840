package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A container with which something is being done when the service is killed. It has a volume that nobody named, and its own number. */
final class Victim {
    static final String GONE = "gone";
    private static final ObjectMapper JSON = new ObjectMapper();

    final int number;
    private final Berth berth;
    private final String image;

    Victim(Berth berth, String image, int number) {
        this.berth = berth;
        this.image = image;
        this.number = number;
    }

    private String name() {
        return "victim-" + number;
    }

    /** An argument of {@code sleep} that no other process of this user has. */
    static String mark(String what, int number) {
        return (what.equals("session") ? 300_000_000L : 700_000_000L) + number + "";
    }

    HttpResponse<String> create(boolean brief) throws Exception {
        String program = brief ? "echo begin" : "echo begin; exec sleep " + mark("program", number);
        return berth.api("POST", "/containers", """
                {"image":"%s","name":"%s","command":["sh","-c","%s"],"autoRemove":%s,
                 "mounts":[{"type":"volume","target":"/kept"}]}""".formatted(image, name(), program, brief));
    }

    void run() throws Exception {
        assertEquals(201, create(false).statusCode());
        assertEquals(200, call("POST", "/start", null).statusCode());
        mustHaveBegun(Set.of(1));
    }

    HttpResponse<String> call(String method, String path, String body) throws Exception {
        return berth.api(method, "/containers/" + name() + path, body);
    }

    JsonNode exec(String... command) throws Exception {
        HttpResponse<String> answer = call(
                "POST",
                "/exec?wait=true",
                "{\"command\":" + Stream.of(command).collect(Collectors.joining("\",\"", "[\"", "\"]")) + "}");
        assertEquals(200, answer.statusCode(), answer.body());
        return JSON.readTree(answer.body());
    }

    /** Its state, or that it is gone; that it runs is believed only when its program does, once. */
    String state() throws Exception {
        HttpResponse<String> answer = call("GET", "", null);
        if (answer.statusCode() == 404) {
            return GONE;
        }
        assertEquals(200, answer.statusCode(), answer.body());
        return JSON.readTree(answer.body()).path("state").asText();
    }

    boolean isRunning() throws Exception {
        return state().equals("running");
    }

    void mustBe(Set<String> states) throws Exception {
        List<JsonNode> named = new ArrayList<>();
        berth.get("/containers?all=true").forEach(container -> {
            if (container.path("name").asText().equals(name())) {
                named.add(container);
            }
        });
        String state = named.isEmpty() ? GONE : named.get(0).path("state").asText();
        assertTrue(named.size() < 2, "doubled: " + named);
        assertTrue(states.contains(state), "it may be " + states + ": " + named);
        List<Long> programs = programs(mark("program", number));
        if (state.equals("running")) {
            assertEquals(List.of(named.get(0).path("pid").asLong()), programs, named::toString);
            assertTrue(named.get(0).path("started").isTextual(), named::toString);
        } else {
            assertEquals(List.of(), programs, named::toString);
        }
    }

    /** Sessions that the service knows. */
    int sessions() throws Exception {
        try (Stream<Path> all = Files.list(berth.runtimeDirectory().resolve("x"))) {
            return (int) all.filter(session -> Files.exists(session.resolve("session.json")))
                    .count();
        }
    }

    /** How often its program has begun, by what it printed. */
    void mustHaveBegun(Set<Integer> times) throws Exception {
        List<String> said = new ArrayList<>();
        try {
            Await.until("it has begun so often: " + times, 10, () -> {
                said.clear();
                call("GET", "/logs", null).body().lines().forEach(said::add);
                return times.contains(said.size()) && said.stream().allMatch("begin"::equals);
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    "it said " + said + ": " + call("GET", "", null).body(), e);
        }
    }

    /** Processes of this user whose command line ends in this mark. */
    static List<Long> programs(String mark) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> commandLine(pid).endsWith(mark + "\0") && Leaks.isOurs(Path.of("/proc/" + pid)))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (java.io.IOException ended) {
            return "";
        }
    }
}
