package dev.berth.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.oci.Descriptor;
import dev.berth.registry.Trial.Sink;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Credentials: where they come from, what they are used for, and where they never go. */
@Timeout(60)
class AuthenticationTest {
    private static final byte[] LAYER = Trial.random(100_000);
    private static final Descriptor DESCRIPTOR = Trial.layer(LAYER);
    private static final String PATH = "/v2/me/x/blobs/" + DESCRIPTOR.digest();

    @TempDir
    Path home;

    private final Vertx vertx = Vertx.vertx();
    private FaultyRegistry server;

    @BeforeEach
    void serve() throws Exception {
        server = new FaultyRegistry();
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private String domain() {
        return "127.0.0.1:" + server.port();
    }

    private byte[] fetch() {
        return fetch(Map.of());
    }

    private byte[] fetch(Map<String, String> environment) {
        Sink sink = new Sink(DESCRIPTOR);
        try (Registry client = new Registry(vertx, CredentialFiles.of(home, environment), Trial.IMPATIENT)) {
            client.fetchBlob(server.name("me/x"), DESCRIPTOR, sink, new Cancellation());
        }
        return sink.bytes.toByteArray();
    }

    private void dockerConfig(String json) throws Exception {
        Files.createDirectories(home.resolve(".docker"));
        Files.writeString(home.resolve(".docker/config.json"), json);
    }

    private static String basic(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /** The blob for who brings this header, a challenge for others. */
    private void protect(String authorization, String challenge) {
        server.on(PATH, (request, wire) -> {
            if (request.header("Authorization").equals(authorization)) {
                FaultyRegistry.serving(LAYER).answer(request, wire);
            } else {
                wire.reply(401, "{}", "WWW-Authenticate: " + challenge);
            }
        });
    }

    private String bearerChallenge() {
        return "Bearer realm=\"" + server.url() + "/token\",service=\"reg, istry\",scope=\"repository:other:push\"";
    }

    @Test
    void anAnonymousTokenIsFetchedForJustWhatIsPulled() {
        protect("Bearer abc", bearerChallenge());
        server.on("/token", (request, wire) -> wire.reply(200, "{\"token\":\"abc\"}"));
        assertArrayEquals(LAYER, fetch());
        String asked = server.requests.get(1).path();
        assertEquals("/token?service=reg%2C+istry&scope=repository%3Ame%2Fx%3Apull", asked);
        assertEquals("", server.requests.get(1).header("Authorization"));
    }

    @Test
    void aTokenIsFoundUnderEitherNameAndForAnyTime() {
        protect("Bearer abc", bearerChallenge());
        for (String answer : List.of(
                "{\"token\":\"\",\"access_token\":\"abc\"}",
                "{\"token\":null,\"access_token\":\"abc\"}",
                "{\"token\":\"abc\",\"expires_in\":null}",
                "{\"token\":\"abc\",\"expires_in\":-1}",
                "{\"token\":\"abc\",\"expires_in\":9223372047}",
                "{\"token\":\"abc\",\"expires_in\":9223372036854775807}",
                "{\"token\":\"abc\",\"expires_in\":1e300}")) {
            server.on("/token", (request, wire) -> wire.reply(200, answer));
            assertArrayEquals(LAYER, fetch(), answer);
        }
    }

    @Test
    void whatIsNoTokenIsSaid() {
        protect("Bearer abc", bearerChallenge());
        for (String answer : List.of("", "[]", "{}", "{\"token\":null}", "{\"token\":\"a b\"}", "{\"token\":{}}")) {
            server.on("/token", (request, wire) -> wire.reply(200, answer));
            String said =
                    assertThrows(RegistryException.BadAnswer.class, this::fetch).getMessage();
            assertTrue(said.endsWith("its token server gave no token"), said);
        }
    }

    @Test
    void aTokenIsKeptForTheNextRequest() {
        protect("Bearer abc", bearerChallenge());
        server.on("/token", (request, wire) -> wire.reply(200, "{\"access_token\":\"abc\",\"expires_in\":300}"));
        try (Registry client = new Registry(vertx, Trial.NOBODY, Trial.IMPATIENT)) {
            for (int i = 0; i < 3; i++) {
                client.fetchBlob(server.name("me/x"), DESCRIPTOR, new Sink(DESCRIPTOR), new Cancellation());
            }
        }
        assertEquals(5, server.requests.size());
    }

    @Test
    void aTokenThatExpiresInTheMiddleOfAPullIsRenewed() {
        AtomicInteger tokens = new AtomicInteger();
        AtomicInteger blobs = new AtomicInteger();
        server.on("/token", (request, wire) -> wire.reply(200, "{\"token\":\"t" + tokens.incrementAndGet() + "\"}"));
        server.on(PATH, (request, wire) -> {
            String valid = blobs.get() == 0 ? "Bearer t1" : "Bearer t2";
            if (!request.header("Authorization").equals(valid)) {
                wire.reply(401, "", "WWW-Authenticate: " + bearerChallenge());
            } else if (blobs.incrementAndGet() == 1) {
                wire.head(200, "Content-Length: " + LAYER.length);
                wire.write(Arrays.copyOf(LAYER, 50_000));
                Thread.sleep(300);
            } else {
                FaultyRegistry.serving(LAYER).answer(request, wire);
            }
        });
        assertArrayEquals(LAYER, fetch());
        assertEquals(2, tokens.get());
    }

    @Test
    void nameAndPasswordGoToTheTokenServer() throws Exception {
        dockerConfig("{\"auths\":{\"" + domain() + "\":{\"auth\":\"" + basic("me:s3cret") + "\"}}}");
        protect("Bearer abc", bearerChallenge());
        server.on("/token", (request, wire) -> {
            boolean right = request.header("Authorization").equals("Basic " + basic("me:s3cret"));
            wire.reply(right ? 200 : 401, "{\"token\":\"abc\"}");
        });
        assertArrayEquals(LAYER, fetch());
    }

    @Test
    void anIdentityTokenIsExchanged() throws Exception {
        dockerConfig("{\"auths\":{\"http://" + domain() + "/v2/\":{\"identitytoken\":\"i+d\"}}}");
        protect("Bearer abc", bearerChallenge());
        server.on("/token", (request, wire) -> {
            boolean right = request.method().equals("POST") && request.body().contains("&refresh_token=i%2Bd");
            wire.reply(right ? 200 : 401, "{\"access_token\":\"abc\"}");
        });
        assertArrayEquals(LAYER, fetch());
    }

    @Test
    void basicIsAnsweredWithNameAndPassword() throws Exception {
        dockerConfig("{\"auths\":{\"" + domain() + "\":{\"auth\":\"" + basic("me:s3:cret") + "\"}}}");
        protect("Basic " + basic("me:s3:cret"), "Basic realm=\"x\"");
        assertArrayEquals(LAYER, fetch());
        assertEquals("", server.requests.get(0).header("Authorization"));
    }

    @Test
    void podmansFileComesFirstAndTheMostSpecificEntryCounts() throws Exception {
        dockerConfig("{\"auths\":{\"" + domain() + "\":{\"auth\":\"" + basic("docker:1") + "\"}}}");
        Path runtime = Files.createDirectories(home.resolve("run/containers"));
        Files.writeString(
                runtime.resolve("auth.json"),
                "{\"auths\":{\"" + domain() + "\":{\"auth\":\"" + basic("podman:1") + "\"},\"" + domain()
                        + "/me/x\":{\"auth\":\"" + basic("own:1") + "\"}}}");
        protect("Basic " + basic("own:1"), "Basic realm=\"x\"");
        assertArrayEquals(
                LAYER, fetch(Map.of("XDG_RUNTIME_DIR", home.resolve("run").toString())));
    }

    @Test
    void aHelperIsAsked() throws Exception {
        Path helper = home.resolve("docker-credential-keyring");
        Files.writeString(
                helper,
                "#!/bin/sh\nread server\n[ \"$1 $server\" = \"get " + domain()
                        + "\" ] && echo '{\"Username\":\"me\",\"Secret\":\"kept\"}'\n");
        Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
        dockerConfig("{\"credHelpers\":{\"" + domain() + "\":\"keyring\"}}");
        protect("Basic " + basic("me:kept"), "Basic realm=\"x\"");
        assertArrayEquals(LAYER, fetch(Map.of("PATH", home + ":/usr/bin:/bin")));
    }

    @Test
    void aHelperWithoutAnEntryMeansAnonymous() throws Exception {
        Path helper = home.resolve("docker-credential-keyring");
        Files.writeString(helper, "#!/bin/sh\necho credentials not found in native keychain\nexit 1\n");
        Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
        dockerConfig("{\"credsStore\":\"keyring\"}");
        protect("Bearer abc", bearerChallenge());
        server.on("/token", (request, wire) -> wire.reply(200, "{\"token\":\"abc\"}"));
        assertArrayEquals(LAYER, fetch(Map.of("PATH", home + ":/usr/bin:/bin")));
    }

    @Test
    void aMissingHelperIsNamed() throws Exception {
        dockerConfig("{\"credsStore\":\"nowhere\"}");
        protect("never", "Basic realm=\"x\"");
        String said = assertThrows(RegistryException.BadCredentials.class, this::fetch)
                .getMessage();
        assertTrue(said.contains("docker-credential-nowhere: there is no such program"), said);
    }

    @Test
    void aBrokenFileIsNamed() throws Exception {
        dockerConfig("{oops");
        protect("never", "Basic realm=\"x\"");
        String said = assertThrows(RegistryException.BadCredentials.class, this::fetch)
                .getMessage();
        assertTrue(said.contains(".docker/config.json: it is not valid JSON"), said);
    }

    @Test
    void withoutCredentialsItIsNotFoundOrPrivate() {
        protect("never", "Basic realm=\"x\"");
        String said =
                assertThrows(RegistryException.Unauthorised.class, this::fetch).getMessage();
        assertTrue(said.contains("not found or private"), said);
        assertTrue(said.contains(home.resolve(".docker/config.json") + ", which the service reads"), said);
        said = assertThrows(
                        RegistryException.Unauthorised.class, () -> fetch(Map.of("DOCKER_CONFIG", "/elsewhere/docker")))
                .getMessage();
        assertTrue(said.contains(" /elsewhere/docker/config.json,"), said);
    }

    @Test
    void refusedCredentialsAreSaidWithTheirUserAndWithoutTheirSecret() throws Exception {
        dockerConfig("{\"auths\":{\"" + domain() + "\":{\"auth\":\"" + basic("me:s3cret") + "\"}}}");
        protect("never", "Basic realm=\"x\"");
        String said =
                assertThrows(RegistryException.Unauthorised.class, this::fetch).getMessage();
        assertTrue(said.contains("user me may not read it"), said);
        assertFalse(said.contains("s3cret"));
        assertEquals(2, server.requests.size());
    }

    @Test
    void aUserWhoMayNotReadIsNamed() throws Exception {
        dockerConfig("{\"auths\":{\"" + domain() + "\":{\"auth\":\"" + basic("me:s3cret") + "\"}}}");
        server.on(PATH, (request, wire) -> {
            if (request.header("Authorization").isEmpty()) {
                wire.reply(401, "", "WWW-Authenticate: Basic realm=x");
            } else {
                wire.reply(403, "{\"errors\":[{\"code\":\"DENIED\"}]}");
            }
        });
        String said =
                assertThrows(RegistryException.Unauthorised.class, this::fetch).getMessage();
        assertTrue(said.contains("user me may not read it"), said);
    }

    @Test
    void credentialsDoNotFollowARedirectToAnotherServer() throws Exception {
        dockerConfig("{\"auths\":{\"" + domain() + "\":{\"auth\":\"" + basic("me:s3cret") + "\"}}}");
        try (FaultyRegistry storage = new FaultyRegistry()) {
            storage.on("/blob", FaultyRegistry.serving(LAYER));
            server.on(PATH, (request, wire) -> {
                if (request.header("Authorization").isEmpty()) {
                    wire.reply(401, "", "WWW-Authenticate: Basic realm=x");
                } else {
                    wire.reply(307, "", "Location: " + storage.url() + "/blob");
                }
            });
            assertArrayEquals(LAYER, fetch());
            assertTrue(storage.requests.stream()
                    .allMatch(r -> r.header("Authorization").isEmpty()));
        }
    }

    @Test
    void aTokenServerThatIsNotSafeIsNotAsked() {
        for (String realm : List.of(
                "http://tokens.example/t",
                "ftp://x/",
                "https://user:pw@tokens.example/",
                "https://tokens.example:65536/",
                "/relative",
                "")) {
            protect("never", "Bearer realm=\"" + realm + "\",service=\"s\"");
            String said =
                    assertThrows(RegistryException.BadAnswer.class, this::fetch).getMessage();
            assertTrue(said.contains("no safe address"), said);
        }
    }

    @Test
    void challengesAreReadAsTheStandardWritesThem() {
        List<Challenge> challenges = Challenge.parse(List.of(
                "Negotiate, Basic realm=\"a \\\"b\\\", c\", Bearer realm=\"r\", scope=x , service=\"s\"", "Digest"));
        assertEquals(
                List.of("negotiate", "basic", "bearer", "digest"),
                challenges.stream().map(Challenge::scheme).toList());
        assertEquals("a \"b\", c", challenges.get(1).parameters().get("realm"));
        assertEquals(
                Map.of("realm", "r", "scope", "x", "service", "s"),
                challenges.get(2).parameters());
    }

    @Test
    void onlyLoopbackIsPlain() {
        for (String plain :
                List.of("localhost", "localhost:5000", "127.0.0.1:1", "127.1.2.3", "[::1]:5000", "[0:0:0:0:0:0:0:1]")) {
            assertEquals("http", Origin.ofDomain(plain).scheme(), plain);
        }
        for (String safe :
                List.of("docker.io", "localhost.example", "127.0.0.1.example:80", "10.0.0.1", "[::2]", "[1::1]")) {
            assertEquals("https", Origin.ofDomain(safe).scheme(), safe);
        }
    }
}
