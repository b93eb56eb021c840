package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.launcher.MonitorRecord;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When everything is removed, nothing is left: the class that the suite ends with. */
@Timeout(300)
class ZLeftoversIT {
    private static final int MANY = 20;

    private static Stage stage;

    @BeforeAll
    static void begin() throws Exception {
        stage = new Stage();
    }

    @AfterAll
    static void end() throws Exception {
        if (stage != null) {
            stage.close();
        }
    }

    @AfterEach
    void nothingIsKept() throws Exception {
        stage.berth.removeContainers();
    }

    @Test
    void twentyContainersStartAtOnceAndLeaveNothing() throws Exception {
        Leaks leaks = leaks(stage.berth);
        ExecutorService all = Executors.newFixedThreadPool(MANY);
        try {
            List<Future<String>> starting = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                String name = "many-" + i;
                starting.add(all.submit(() -> start(name)));
            }
            for (Future<String> started : starting) {
                assertEquals("running", started.get());
            }
        } finally {
            all.shutdown();
        }
        assertTrue(processes(leaks) >= 4L * MANY, String.join("\n", leaks.look()));
        JsonNode running = stage.berth.get("/containers");
        assertEquals(MANY, running.size());
        for (JsonNode container : running) {
            assertTrue(
                    ProcessHandle.of(container.path("pid").asLong()).isPresent(),
                    container.path("name").asText());
        }
        removeAll(stage.berth);
        assertEquals(List.of(), leaks.found());
    }

    @Test
    void theRemovalOfAContainerInAnyStateLeavesNothing() throws Exception {
        Leaks leaks = leaks(stage.berth);
        stage.berth.must("create", "--name", "created", stage.image, "true");
        stage.berth.must("run", "-d", "--name", "running", stage.image, "sleep", "1000");
        stage.berth.must(
                "run",
                "-d",
                "--name",
                "stubborn",
                stage.image,
                "sh",
                "-c",
                "trap '' TERM; while true; do sleep 1; done");
        stage.berth.must("run", "--name", "ended", stage.image, "true");
        assertEquals(
                127,
                stage.berth
                        .run("run", "--name", "failed", stage.image, "/no/such")
                        .exit());
        removeAll(stage.berth);
        assertEquals(List.of(), leaks.found());
    }

    /** Nothing can be put where a directory should be. */
    @Test
    void aRemovalThatTheDiskRefusesCanBeTriedAgain() throws Exception {
        Leaks leaks = leaks(stage.berth);
        stage.berth.must("create", "--name", "stays", stage.image, "true");
        Path trash = stage.berth.dataDirectory().resolve("trash");
        Path away = Files.move(trash, trash.resolveSibling("trash.away"));
        Files.createFile(trash);
        try {
            for (int attempt = 0; attempt < 2; attempt++) {
                HttpResponse<String> refused = stage.berth.api("DELETE", "/containers/stays", null);
                assertEquals(500, refused.statusCode(), refused.body());
                assertEquals(
                        "created",
                        stage.berth.get("/containers/stays").path("state").asText());
            }
        } finally {
            Files.delete(trash);
            Files.move(away, trash);
        }
        removeAll(stage.berth);
        assertEquals(List.of(), leaks.found());
    }

    @Test
    void theRemovalAfterAProcessOfTheContainerWasKilledLeavesNothing() throws Exception {
        Leaks leaks = leaks(stage.berth);
        for (Part part : Part.values()) {
            String id = stage.berth.must("run", "-d", stage.image, "sleep", "1000");
            long pid = part.of(record(stage.berth, id));
            kill(pid);
            stage.berth.must("rm", "-f", id);
            assertEquals(List.of(), leaks.found(), part + " killed");
        }
    }

    @Test
    void theEndOfAKilledContainerIsTold() throws Exception {
        for (Part part : List.of(Part.MONITOR, Part.INIT, Part.PROGRAM)) {
            String id = stage.berth.must("run", "-d", stage.image, "sleep", "1000");
            kill(part.of(record(stage.berth, id)));
            Await.until(
                    part + " killed: the container has ended",
                    30,
                    () -> stage.berth
                            .get("/containers/" + id)
                            .path("state")
                            .asText()
                            .equals("exited"));
        }
    }

    @Test
    void theRemovalWhileSessionsAndViewersAreThereLeavesNothing() throws Exception {
        Leaks leaks = leaks(stage.berth);
        stage.berth.must("run", "-d", "--name", "busy", stage.image, "sh", "-c", "while :; do echo line; done");
        Process session = stage.berth.start("exec", "-i", "busy", "sh", "-c", "echo in; exec cat");
        assertEquals("in", session.inputReader().readLine());
        Process viewer = stage.berth.start("logs", "-f", "busy");
        assertEquals("line", viewer.inputReader().readLine());
        stage.berth.must("rm", "-f", "busy");
        session.getOutputStream().close();
        viewer.getInputStream().close();
        assertTrue(session.waitFor(Await.seconds(60), TimeUnit.SECONDS), "exec did not end");
        assertTrue(viewer.waitFor(Await.seconds(60), TimeUnit.SECONDS), "logs did not end");
        assertEquals(List.of(), leaks.found());
    }

    @Test
    void theRemovalOfAContainerThatOutlivedItsServiceLeavesNothing() throws Exception {
        Leaks leaks = leaks(stage.berth);
        String id = stage.berth.must("run", "-d", stage.image, "sh", "-c", "echo before; exec sleep 1000");
        long pid = stage.berth.get("/containers/" + id).path("pid").asLong();
        long killed = stage.berth.servicePid();
        stage.berth.stopService(true);
        assertTrue(ProcessHandle.of(pid).isPresent(), "the container died with the service");
        assertEquals(id, stage.berth.must("ps", "-q", "--no-trunc"));
        assertEquals(pid, stage.berth.get("/containers/" + id).path("pid").asLong());
        assertEquals("before", stage.berth.must("logs", id));
        removeAll(stage.berth);
        // Another service runs now, which was not there when the count began.
        assertEquals(List.of(), leaks.found(stage.berth::isService), "service killed: " + killed);
    }

    @Test
    void imagesAreRemovedWholly() throws Exception {
        stage.berth.must("rmi", stage.image);
        assertEquals("", stage.berth.must("images", "-q"));
        assertEquals(0, stage.berth.get("/images").size());
        stage.berth.must("pull", stage.image);
    }

    @Test
    void noMountIsLeftInTheService() throws Exception {
        Path mounts = Path.of("/proc/" + stage.berth.servicePid() + "/mountinfo");
        String before = Files.readString(mounts);
        stage.berth.must("run", "-d", "--name", "mounted", stage.image, "sleep", "1000");
        stage.berth.must("exec", "mounted", "true");
        assertEquals(before, Files.readString(mounts));
        removeAll(stage.berth);
        assertEquals(before, Files.readString(mounts));
    }

    /** Vert.x had a cache there, in a directory that every user can write to. */
    @Test
    void aKilledServiceLeavesNothingInTheDirectoryForTemporaryFiles(@TempDir Path temp) throws Exception {
        Path shared = Files.createDirectory(temp.resolve("shared"));
        for (Path one : List.of(temp, shared)) {
            Files.setPosixFilePermissions(one, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        try (Berth berth = new Berth().with("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + shared)) {
            berth.must("pull", stage.image);
            berth.must("run", "--rm", stage.image, "true");
            berth.get("/system/info");
            berth.stopService(true);
            try (Stream<Path> left = Files.list(shared)) {
                assertEquals(List.of(), left.toList());
            }
        }
    }

    @Test
    void whatIsLeftIsNoticed(@TempDir Path temp) throws Exception {
        Leaks leaks = new Leaks(temp);
        assertEquals(List.of(), leaks.look());
        Files.createDirectories(temp.resolve("containers/left"));
        assertEquals(List.of("directory " + temp.resolve("containers/left")), leaks.look());
        Files.delete(temp.resolve("containers/left"));
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(temp.resolve("left")));
            assertEquals(1, leaks.look().size());
            assertTrue(leaks.look().get(0).startsWith("socket "), leaks.look().get(0));
        }
        assertEquals(List.of(), leaks.look());
        leaks = leaks(stage.berth);
        String id = stage.berth.must("run", "-d", stage.image, "sleep", "1000");
        List<String> running = leaks.look();
        for (String kind : List.of("process ", "directory ", "cgroup ")) {
            assertTrue(running.stream().anyMatch(line -> line.startsWith(kind)), kind + "of " + running);
        }
        stage.berth.must("rm", "-f", id);
        assertEquals(List.of(), leaks.found());
    }

    /** What a running container consists of. */
    private enum Part {
        MONITOR {
            @Override
            long of(MonitorRecord record) {
                return record.monitor().pid();
            }
        },
        INIT {
            @Override
            long of(MonitorRecord record) {
                return record.init().pid();
            }
        },
        PROGRAM {
            @Override
            long of(MonitorRecord record) {
                return record.process().orElseThrow().pid();
            }
        },
        NETWORK {
            @Override
            long of(MonitorRecord record) throws IOException {
                for (ProcessHandle child : ProcessHandle.of(record.monitor().pid())
                        .orElseThrow()
                        .children()
                        .toList()) {
                    if (Files.readString(Path.of("/proc/" + child.pid() + "/comm"))
                            .startsWith("slirp4netns")) {
                        return child.pid();
                    }
                }
                throw new AssertionError("no slirp4netns below the monitor");
            }
        };

        abstract long of(MonitorRecord record) throws IOException;
    }

    private static MonitorRecord record(Berth berth, String id) {
        return MonitorRecord.read(berth.dataDirectory().resolve("containers").resolve(id))
                .orElseThrow();
    }

    private static void kill(long pid) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor());
    }

    private static long processes(Leaks leaks) throws IOException {
        return leaks.look().stream().filter(line -> line.startsWith("process ")).count();
    }

    private static Leaks leaks(Berth berth) throws Exception {
        return new Leaks(berth.dataDirectory(), berth.runtimeDirectory());
    }

    private static String start(String name) throws Exception {
        HttpResponse<String> made = stage.berth.api(
                "POST",
                "/containers",
                "{\"image\":\"" + stage.image + "\",\"name\":\"" + name + "\",\"command\":[\"sleep\",\"1000\"]}");
        assertEquals(201, made.statusCode(), made.body());
        HttpResponse<String> started = stage.berth.api("POST", "/containers/" + name + "/start", null);
        assertEquals(200, started.statusCode(), started.body());
        return stage.berth.get("/containers/" + name).path("state").asText();
    }

    private static void removeAll(Berth berth) throws Exception {
        List<String> command = new ArrayList<>(List.of("rm", "-f"));
        command.addAll(berth.must("ps", "-aq").lines().toList());
        berth.must(command.toArray(new String[0]));
        assertEquals("", berth.must("ps", "-aq"));
    }
}
