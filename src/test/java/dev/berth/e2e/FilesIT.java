package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.rootfs.TarBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in and out of containers that run, that were never started and that have ended. */
@Timeout(300)
class FilesIT {
    private static Stage stage;
    private static Path shared;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        stage = new Stage();
        shared = Files.createTempDirectory(Path.of("/tmp"), "files-it");
        new ProcessBuilder("chmod", "777", shared.toString()).start().waitFor();
        Files.writeString(shared.resolve("bound"), "bound\n");
        String[] mounts = {"-v", "files-volume:/volume", "-v", shared + ":/bound", "-v", shared + ":/bound-ro:ro"};
        create("made", "create", mounts);
        create("runs", "run", mounts);
        create("ended", "create", mounts);
        stage.berth.must("start", "ended");
        stage.berth.must("stop", "-t", "0", "ended");
    }

    private static void create(String name, String verb, String... mounts) throws Exception {
        List<String> words = new java.util.ArrayList<>(List.of(verb, "--name", name));
        if (verb.equals("run")) {
            words.add("-d");
        }
        words.addAll(List.of(mounts));
        words.addAll(List.of(stage.image, "sleep", "100000"));
        stage.berth.must(words.toArray(String[]::new));
    }

    @AfterAll
    static void end() throws Exception {
        if (stage != null) {
            stage.close();
        }
        new ProcessBuilder("rm", "-rf", shared.toString()).start().waitFor();
    }

    private static HttpResponse<byte[]> call(String method, String path, byte[] body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(stage.berth.url() + "/api/v1/containers/" + path))
                .header("Authorization", "Bearer " + stage.berth.token())
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private static void put(String container, String path, byte[] tar) throws Exception {
        HttpResponse<byte[]> answer = call("PUT", container + "/files?path=" + path, tar);
        assertEquals(204, answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
    }

    private static byte[] get(String container, String path) throws Exception {
        HttpResponse<byte[]> answer = call("GET", container + "/files?path=" + path, null);
        assertEquals(200, answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
        return answer.body();
    }

    private static String refused(int status, String method, String path, byte[] body) throws Exception {
        HttpResponse<byte[]> answer = call(method, path, body);
        String said = new String(answer.body(), StandardCharsets.UTF_8);
        assertEquals(status, answer.statusCode(), said);
        return said;
    }

    private static String content(String container, String path) throws Exception {
        byte[] tar = get(container, path);
        var reader = new dev.berth.rootfs.tar.TarReader(new java.io.ByteArrayInputStream(tar));
        byte[] content = new byte[(int) reader.next().orElseThrow().size()];
        for (int at = 0; at < content.length; ) {
            at += reader.read(content, at, content.length - at);
        }
        return new String(content, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"made", "runs", "ended"})
    void whatGoesInComesOutAgainByteForByte(String container) throws Exception {
        byte[] tar = new TarBuilder()
                .directory("round/", m -> m.mode(0750).owner(1000, 50))
                .file(
                        "round/file",
                        "content",
                        m -> m.mode(04711).owner(1000, 1000).xattr("user.a", "b"))
                .hardLink("round/hard", "round/file")
                .symlink("round/soft", "../etc/passwd")
                .fifo("round/fifo")
                .file("round/.wh.x", "no whiteout")
                .file("round/caf\u00e9 \u00ff", "Latin-1")
                .build();
        put(container, "/var", tar);
        byte[] first = get(container, "/var/round");
        put(container, "/tmp", first);
        assertArrayEquals(sorted(first), sorted(get(container, "/tmp/round")));
        JsonNode list = stage.berth.get("/containers/" + container + "/files/list?path=/var/round");
        JsonNode file = find(list, "file");
        assertEquals("4711", file.path("mode").asText());
        assertEquals(1000, file.path("uid").asInt());
        assertEquals(
                "directory",
                find(stage.berth.get("/containers/" + container + "/files/list?path=/var"), "round")
                        .path("type")
                        .asText());
        JsonNode soft = find(list, "soft");
        assertEquals("../etc/passwd", soft.path("linkTarget").asText());
        String encoded = list.findValuesAsText("encodedName").stream()
                .filter(name -> name.startsWith("caf"))
                .findFirst()
                .orElseThrow();
        assertEquals("caf%E9%20%FF", encoded);
        assertEquals("Latin-1", content(container, "/var/round/" + encoded));
    }

    private static JsonNode find(JsonNode list, String name) {
        for (JsonNode one : list) {
            if (one.path("name").asText().equals(name)) {
                return one;
            }
        }
        throw new AssertionError("no " + name + " in " + list);
    }

    /** Members in the order of their names, each with its bytes: the order of a directory is the file system's. */
    private static byte[] sorted(byte[] tar) throws IOException {
        java.util.TreeMap<String, String> members = new java.util.TreeMap<>();
        var reader = new dev.berth.rootfs.tar.TarReader(new java.io.ByteArrayInputStream(tar));
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            var entry = next.get();
            String what = entry.uid() + ":" + entry.gid() + " " + entry.mode() + " " + entry.modified() + " "
                    + entry.size() + " " + entry.xattrs().keySet();
            // Of two names of one file either may come first.
            members.put(entry.name(), entry.name().matches(".*/(file|hard)") ? "" : entry.type() + what);
        }
        return members.toString().getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"made", "runs", "ended"})
    void mountsAreSeenAndReadOnlyOnesStayAsTheyAre(String container) throws Exception {
        assertEquals("bound\n", content(container, "/bound/bound"));
        put(container, "/bound", new TarBuilder().file("from-" + container, "x").build());
        assertEquals("x", Files.readString(shared.resolve("from-" + container)));
        byte[] tar = new TarBuilder().file("new", "x").build();
        String said = refused(409, "PUT", container + "/files?path=/bound-ro", tar);
        assertTrue(said.contains("read-only"), said);
        put(
                container,
                "/volume",
                new TarBuilder().file("from-" + container, "v").build());
        for (String other : List.of("made", "runs", "ended")) {
            assertEquals("v", content(other, "/volume/from-" + container));
        }
    }

    @Test
    void aFileThatIsMountedIsWrittenInto() throws Exception {
        Path config = Files.writeString(shared.resolve("config"), "before, and longer");
        // Root's own file is another user's for root's service, which may write what everybody may.
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-rw-rw-"));
        create("configured", "run", "-v", config + ":/etc/config");
        put(
                "configured",
                "/etc",
                new TarBuilder()
                        .file("config", "after")
                        .file("hosts", "1.2.3.4 x\n")
                        .build());
        assertEquals("after", Files.readString(config));
        assertEquals("after", stage.berth.must("exec", "configured", "cat", "/etc/config"));
        assertEquals("1.2.3.4 x", stage.berth.must("exec", "configured", "cat", "/etc/hosts"));
        byte[] node = new TarBuilder().file("null", "x").build();
        assertTrue(refused(409, "PUT", "configured/files?path=/dev", node).contains("mount of its own"));
        refused(422, "PUT", "configured/files?path=/proc", node);
        byte[] link = new TarBuilder().symlink("config", "passwd").build();
        assertTrue(refused(409, "PUT", "configured/files?path=/etc", link).contains("mount of its own"));
        assertEquals("after", stage.berth.must("exec", "configured", "cat", "/etc/config"));
    }

    @Test
    void aReadOnlyContainerTakesNothingWhetherItRunsOrNot() throws Exception {
        byte[] tar = new TarBuilder().file("new", "x").build();
        JsonNode made = new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(stage.berth
                        .api(
                                "POST",
                                "/containers",
                                "{\"image\":\"" + stage.image
                                        + "\",\"readOnly\":true,\"command\":[\"sleep\",\"1000\"]}")
                        .body());
        String id = made.path("id").asText();
        assertTrue(refused(409, "PUT", id + "/files?path=/tmp", tar).contains("read-only"));
        stage.berth.must("start", id);
        assertTrue(refused(409, "PUT", id + "/files?path=/tmp", tar).contains("read-only"));
    }

    @Test
    void aCopyGoesOnWhileTheContainerStarts() throws Exception {
        create("starting", "create");
        put("starting", "/tmp", new TarBuilder().file("before", "1").build());
        try (Upload upload = new Upload("starting", "/tmp")) {
            byte[] tar = new TarBuilder().file("half", "x".repeat(100_000)).build();
            upload.send(tar, 0, 50_000);
            stage.berth.must("start", "starting");
            assertEquals("1", stage.berth.must("exec", "starting", "cat", "/tmp/before"));
            upload.send(tar, 50_000, tar.length - 50_000);
            assertEquals(204, upload.finish());
        }
        assertEquals("100000", stage.berth.must("exec", "starting", "sh", "-c", "wc -c </tmp/half"));
    }

    @Test
    void aClientThatGoesLeavesNothingBehind() throws Exception {
        for (String container : List.of("made", "runs")) {
            int descriptors = descriptors();
            int mounts = mounts();
            try (Upload upload = new Upload(container, "/tmp")) {
                byte[] tar = new TarBuilder().file("gone", "x".repeat(300_000)).build();
                upload.send(tar, 0, 150_000);
            }
            Await.until(
                    "the half is gone",
                    30,
                    () -> !names(container, "/tmp").stream()
                            .anyMatch(name -> name.startsWith(".berth-") || name.equals("gone")));
            Await.until("its descriptors are closed", 30, () -> descriptors() <= descriptors + 2);
            assertEquals(mounts, mounts());
        }
    }

    private static List<String> names(String container, String path) throws Exception {
        return stage.berth
                .get("/containers/" + container + "/files/list?path=" + path)
                .findValuesAsText("name");
    }

    private static int descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + stage.berth.servicePid() + "/fd"))) {
            return (int) all.count();
        }
    }

    private static int mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + stage.berth.servicePid() + "/mountinfo"))
                .size();
    }

    @Test
    void aHundredMegabytesGoThroughASmallHeap() throws Exception {
        Path large = Files.createTempFile("large", ".bin");
        Path back = Files.createTempFile("large", ".back");
        try {
            Random random = new Random(7);
            try (OutputStream out = Files.newOutputStream(large)) {
                byte[] block = new byte[1 << 20];
                for (int i = 0; i < 100; i++) {
                    random.nextBytes(block);
                    out.write(block);
                }
            }
            for (String container : List.of("runs", "made")) {
                stage.berth.must("cp", large.toString(), container + ":/tmp/large");
                stage.berth.must("cp", container + ":/tmp/large", back.toString());
                assertEquals(-1, Files.mismatch(large, back));
            }
        } finally {
            Files.delete(large);
            Files.delete(back);
        }
    }

    @Test
    void pathsLeadNowhereElse() throws Exception {
        String machines = Files.readString(Path.of("/etc/passwd"));
        for (String path : List.of("/../../../etc/passwd", "etc/passwd", "/proc/../etc/passwd")) {
            assertFalse(machines.equals(content("runs", path)), path);
            assertTrue(content("runs", path).contains("guest"), path);
        }
        stage.berth.must(
                "exec", "runs", "sh", "-c", "ln -sfn /proc/1/root /tmp/out; ln -sfn /../../.. /tmp/up; mkfifo /tmp/ff");
        refused(422, "GET", "runs/files?path=/tmp/out/etc/passwd", null);
        assertTrue(content("runs", "/tmp/up/etc/passwd").contains("guest"));
        refused(404, "GET", "runs/files?path=/nowhere", null);
        refused(404, "GET", "runs/files?path=/etc/passwd/x", null);
        refused(404, "PUT", "runs/files?path=/nowhere", new TarBuilder().build());
        refused(
                422,
                "PUT",
                "runs/files?path=/etc/passwd",
                new TarBuilder().file("x", "").build());
        refused(422, "GET", "runs/files?path=", null);
        refused(422, "GET", "runs/files", null);
        refused(422, "GET", "runs/files?path=%00", null);
        refused(422, "GET", "runs/files?path=/proc/1", null);
        refused(422, "GET", "runs/files/list?path=/etc/passwd", null);
        refused(422, "GET", "runs/files?path=/" + "x".repeat(4500), null);
        refused(422, "GET", "runs/files?path=/" + "x".repeat(300), null);
        refused(404, "GET", "none/files?path=/", null);
        refused(400, "PUT", "runs/files?path=/tmp", "no tar".repeat(1000).getBytes(StandardCharsets.UTF_8));
        refused(400, "PUT", "runs/files?path=/tmp", null);
        // A FIFO as source is packed, never opened.
        assertTrue(get("runs", "/tmp/ff").length > 0);
    }

    /** Somebody in the container swaps a directory for links that lead up, as fast as he can. */
    @Test
    void aHostileContainerGetsNoCopyAnywhereElse() throws Exception {
        stage.berth.must(
                "exec",
                "-d",
                "runs",
                "sh",
                "-c",
                "mkdir -p /tmp/race/d; cd /tmp/race; i=0; while [ $i -lt 3000 ]; do mv d e; ln -s ../../../../../.."
                        + shared + " d; rm d; mv e d; i=$((i+1)); done");
        byte[] tar = new TarBuilder().file("d/hacked", "x").build();
        for (int i = 0; i < 100; i++) {
            call("PUT", "runs/files?path=/tmp/race", tar);
            call("GET", "runs/files?path=/tmp/race", null);
        }
        assertFalse(Files.exists(shared.resolve("hacked")));
    }

    /** A PUT whose body is sent bit by bit. */
    private static final class Upload implements AutoCloseable {
        private final Socket socket;

        Upload(String container, String path) throws IOException {
            URI url = URI.create(stage.berth.url());
            socket = new Socket(url.getHost(), url.getPort());
            socket.setSoTimeout(Await.millis(60_000));
            String head = "PUT /api/v1/containers/" + container + "/files?path=" + path + " HTTP/1.1\r\nHost: "
                    + url.getAuthority() + "\r\nAuthorization: Bearer " + stage.berth.token()
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        }

        void send(byte[] bytes, int offset, int length) throws IOException {
            ByteArrayOutputStream chunk = new ByteArrayOutputStream();
            chunk.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            chunk.write(bytes, offset, length);
            chunk.writeBytes(new byte[] {'\r', '\n'});
            socket.getOutputStream().write(chunk.toByteArray());
        }

        int finish() throws IOException {
            socket.getOutputStream().write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] line = socket.getInputStream().readNBytes(12);
            return Integer.parseInt(new String(line, StandardCharsets.US_ASCII).substring(9));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
