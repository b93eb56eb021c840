package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.image.RealRegistry;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.Platform;
import dev.berth.registry.FaultyRegistry;
import dev.berth.registry.Trial;
import dev.berth.rootfs.TarBuilder;
import dev.berth.rootfs.TestImage;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fetching, as a person does it: what cannot be fetched is said in one sentence and changes nothing. */
@Timeout(300)
class PullIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "localhost/app:1";
    /** me:secret, by bcrypt. */
    private static final String USERS = "me:$2y$05$5fAyPbTAwFfvznaW5zET8eR393i/5To6AnnO0SHY8RM/wpTqFzCUS\n";

    @TempDir
    Path temp;

    private void push(RealRegistry registry, String... options) throws Exception {
        try (TestImage image = new TestImage(temp.resolve("source"))) {
            image.layer(Busybox.layer()).tag(NAME);
            registry.push(image.data.root(), NAME, "me/app:1", options);
        }
    }

    private static void refused(Berth berth, String image, String sentence) throws Exception {
        Berth.Result result = berth.run("pull", image);
        assertEquals(125, result.exit(), result::toString);
        assertEquals(1, result.complaint().lines().count(), result::toString);
        assertTrue(
                result.complaint().startsWith("berth: ") && result.complaint().contains(sentence), result::toString);
    }

    @Test
    void whatCannotBeFetchedIsSaidAndChangesNothing() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (Berth berth = new Berth();
                RealRegistry registry = RealRegistry.start(temp.resolve("registry"))) {
            push(registry);
            String app = registry.domain() + "/me/app";
            refused(berth, app + ":2", app + " has no tag 2; it has 1");
            refused(berth, registry.domain() + "/me/other", "has no image me/other; check the name");
            refused(berth, app + "@sha256:" + "0".repeat(64), "has no digest sha256:000");
            refused(
                    berth,
                    "localhost:" + free + "/x",
                    "cannot reach registry localhost:" + free + ": connection refused");
            refused(berth, "registry.invalid/x", "cannot reach registry registry.invalid: no such host");
            refused(berth, "Upper", "must be lower case");
            refused(berth, "a b", "cannot read image name \"");
            refused(berth, "http://localhost/x", "leave out the scheme");
            Berth.Result platform = berth.run("pull", "--platform", "linux/s390x", app + ":1");
            assertEquals(125, platform.exit());
            assertTrue(
                    platform.complaint().contains("not made for linux/s390x; available: " + Platform.host()),
                    platform::toString);
            Berth.Result nonsense = berth.run("pull", "--platform", "a/b/c/d", app + ":1");
            assertTrue(nonsense.complaint().contains("cannot read platform"), nonsense::toString);
            assertEquals(0, berth.get("/images").size());
            try (Stream<Path> blobs = Files.walk(berth.dataDirectory().resolve("blobs"))) {
                assertEquals(0, blobs.filter(Files::isRegularFile).count());
            }
            assertEquals("fetched", berth.must("run", "--rm", app + ":1", "echo", "fetched"));
        }
    }

    @Test
    void aPrivateRegistryOpensForItsUsersOnly() throws Exception {
        Path users = Files.writeString(temp.resolve("users"), USERS);
        Path docker = Files.createDirectory(temp.resolve("docker"));
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(docker, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Berth berth = new Berth().with("DOCKER_CONFIG", docker.toString());
                RealRegistry registry = RealRegistry.start(temp.resolve("registry"), users.toString())) {
            push(registry, "--dest-creds", "me:secret");
            String app = registry.domain() + "/me/app:1";
            refused(berth, app, "not found or private");
            signIn(docker, registry, "me:wrong");
            refused(berth, app, "user me may not read it");
            // a sign-in takes effect at once, without a restart of the service
            signIn(docker, registry, "me:secret");
            assertEquals("mine", berth.must("run", "--rm", app, "echo", "mine"));
        }
    }

    private static void signIn(Path docker, RealRegistry registry, String pair) throws Exception {
        String auth = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        Path config = Files.writeString(
                docker.resolve("config.json"),
                "{\"auths\":{\"" + registry.domain() + "\":{\"auth\":\"" + auth + "\"}}}");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @Test
    void aRunningPullIsListedAndCanBeCancelled() throws Exception {
        byte[] layer = Trial.random(1_000_000);
        String config = Trial.config(Platform.host().architecture(), layer);
        CountDownLatch stalled = new CountDownLatch(1);
        try (Berth berth = new Berth();
                FaultyRegistry registry = new FaultyRegistry()) {
            registry.blob("x", Trial.utf8(config));
            registry.manifest("x", "latest", MediaType.OCI_MANIFEST, Trial.manifest(config, layer));
            registry.on("/v2/x/blobs/" + Digest.of(layer), (request, wire) -> {
                wire.head(200, "Content-Length: " + layer.length);
                wire.write(java.util.Arrays.copyOf(layer, 1000));
                stalled.countDown();
                Thread.sleep(100_000);
            });
            berth.must("ps");
            HttpRequest pull = HttpRequest.newBuilder(URI.create(berth.url() + "/api/v1/images/pull"))
                    .header("Authorization", "Bearer " + berth.token())
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"reference\":\"" + registry.name("x") + "\"}"))
                    .build();
            CompletableFuture<HttpResponse<String>> lines =
                    HttpClient.newHttpClient().sendAsync(pull, HttpResponse.BodyHandlers.ofString());
            assertTrue(stalled.await(Await.seconds(30), TimeUnit.SECONDS));
            assertEquals(1, berth.get("/images/pulls").size());
            String id = berth.get("/images/pulls").get(0).path("id").asText();
            int status = berth.api("DELETE", "/images/pulls/" + id, null).statusCode();
            assertTrue(status == 200 || status == 204, "status " + status);
            String said = lines.get(Await.seconds(10), TimeUnit.SECONDS).body();
            assertTrue(said.contains("\"status\":\"downloading\""), said);
            assertTrue(said.lines().reduce((a, b) -> b).orElseThrow().contains("\"status\":\"error\""), said);
            assertEquals(0, berth.get("/images/pulls").size());
            assertEquals(404, berth.api("DELETE", "/images/pulls/" + id, null).statusCode());
        }
    }

    @Test
    void whatHappensToAnImageIsToldByTheNameThatWasSaid() throws Exception {
        byte[] layer = new TarBuilder().file("a", "1").build();
        String config = Trial.config(Platform.host().architecture(), layer);
        try (Berth berth = new Berth();
                FaultyRegistry registry = new FaultyRegistry()) {
            for (String name : List.of("first", "second")) {
                registry.blob(name, Trial.utf8(config));
                registry.blob(name, layer);
                registry.manifest(name, "latest", MediaType.OCI_MANIFEST, Trial.manifest(config, layer));
            }
            String second = registry.name("second").canonical();
            berth.must("pull", registry.name("first").canonical());
            HttpResponse<String> begun =
                    berth.api("POST", "/images/pull?detach=true", "{\"reference\":\"" + second + "\"}");
            String pull = JSON.readTree(begun.body()).path("id").asText();
            try (LiveClient client = new LiveClient(berth)) {
                client.subscribe("pull:" + pull);
                JsonNode done = client.next(
                        it -> it.path("data").path("status").asText().equals("done"));
                assertEquals(second, done.path("data").path("reference").asText());
            }
            String id = Digest.of(Trial.utf8(config)).toString();
            EventStream.await(berth, id, event -> is(event, "image.pulled", second));
            String container = berth.must("create", "--pull", "never", second, "/none");
            berth.must("rmi", "-f", registry.name("first").canonical(), second);
            EventStream.await(berth, id, event -> is(event, "image.untagged", second));
            berth.must("rm", container);
            EventStream.await(berth, id, event -> event.path("type").asText().equals("image.deleted"));
        }
    }

    private static boolean is(JsonNode event, String type, String name) {
        return event.path("type").asText().equals(type)
                && event.path("name").asText().equals(name);
    }

    /** A layer of other bytes or another length than announced, one of another tar than the configuration says, and one that is no tar. */
    @Test
    void damagedContentIsTheRegistrysFault() throws Exception {
        byte[] layer = new TarBuilder().file("a", "1").build();
        byte[] other = new TarBuilder().file("a", "2").build();
        byte[] noTar = Trial.random(layer.length);
        try (Berth berth = new Berth();
                FaultyRegistry registry = new FaultyRegistry()) {
            serve(registry, "exchanged", layer, layer, other);
            serve(registry, "longer", layer, layer, Trial.random(layer.length + 1));
            serve(registry, "forged", other, layer, layer);
            serve(registry, "noise", noTar, noTar, noTar);
            berth.must("ps");
            for (String name : List.of("exchanged", "longer", "forged", "noise")) {
                String image = registry.name(name).canonical();
                HttpResponse<String> answer = berth.api("POST", "/containers", "{\"image\":\"" + image + "\"}");
                assertEquals(502, answer.statusCode(), answer.body());
                String detail = JSON.readTree(answer.body()).path("detail").asText();
                assertTrue(detail.startsWith("cannot pull " + image + ": "), detail);
                refused(berth, image, detail);
            }
            assertEquals(List.of(), ServiceLog.failures(ServiceLog.of(berth)));
        }
    }

    private static void serve(FaultyRegistry registry, String name, byte[] configured, byte[] announced, byte[] sent) {
        String config = Trial.config(Platform.host().architecture(), configured);
        registry.blob(name, Trial.utf8(config));
        registry.manifest(name, "latest", MediaType.OCI_MANIFEST, Trial.manifest(config, announced));
        registry.on("/v2/" + name + "/blobs/" + Digest.of(announced), FaultyRegistry.serving(sent));
    }

    @Test
    void theDemoNeedsNoInternet() throws Exception {
        try (Berth berth = new Berth()) {
            Berth.Result result = berth.run("demo", "id", "-u");
            assertEquals(0, result.exit(), result::toString);
            assertEquals("0", result.text().strip());
            assertEquals(7, berth.run("demo", "sh", "-c", "exit 7").exit());
        }
    }
}
