package dev.berth.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import io.vertx.core.Vertx;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From a name to a manifest, at registries that lie, break the protocol, or have nothing. */
@Timeout(60)
class HostileManifestTest {
    private static final Platform AMD64 = Platform.parse("linux/amd64");
    private static final byte[] LAYER = Trial.utf8("layer");
    private static final String CONFIG = Trial.config("amd64", LAYER);
    private static final String MANIFEST = Trial.manifest(CONFIG, LAYER);
    private static final Digest DIGEST = Digest.of(Trial.utf8(MANIFEST));

    private final Vertx vertx = Vertx.vertx();
    private final Registry client = new Registry(vertx, Trial.NOBODY, Trial.IMPATIENT);
    private FaultyRegistry server;

    @BeforeEach
    void serve() throws Exception {
        server = new FaultyRegistry();
        server.blob("x", Trial.utf8(CONFIG));
        server.manifest("x", DIGEST.toString(), MediaType.OCI_MANIFEST, MANIFEST);
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private Resolved resolve(String name) {
        return client.resolve(server.name(name), AMD64, new Cancellation());
    }

    private <T extends Throwable> String refused(Class<T> kind) {
        return assertThrows(kind, () -> resolve("x:1")).getMessage();
    }

    private void serve(MediaType type, String document) {
        server.manifest("x", "1", type, document);
    }

    @Test
    void aPlainManifestIsFound() {
        serve(MediaType.OCI_MANIFEST, MANIFEST);
        Resolved found = resolve("x:1");
        assertEquals(DIGEST, found.top());
        assertEquals(1, found.manifest().layers().size());
        assertTrue(server.requests("/v2/x/manifests/1").get(0).header("Accept").contains("manifest.list.v2+json"));
    }

    @Test
    void anIndexLeadsToThePlatformsManifest() {
        String index = Trial.index(
                Trial.entry(MediaType.OCI_MANIFEST, "other", Trial.platform("arm64")),
                Trial.entry(
                        MediaType.OCI_MANIFEST,
                        "attestation",
                        Trial.platform("amd64")
                                + ",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}"),
                Trial.entry(MediaType.OCI_MANIFEST, MANIFEST, Trial.platform("amd64")));
        serve(MediaType.OCI_INDEX, index);
        Resolved found = resolve("x:1");
        assertEquals(DIGEST, found.manifest().digest());
        assertEquals(Digest.of(Trial.utf8(index)), found.top());
    }

    @Test
    void anIndexInAnIndexIsFollowed() {
        String inner = Trial.index(Trial.entry(MediaType.OCI_MANIFEST, MANIFEST, Trial.platform("amd64")));
        server.manifest("x", Digest.of(Trial.utf8(inner)).toString(), MediaType.OCI_INDEX, inner);
        serve(MediaType.OCI_INDEX, Trial.index(Trial.entry(MediaType.OCI_INDEX, inner, Trial.platform("amd64"))));
        assertEquals(DIGEST, resolve("x:1").manifest().digest());
    }

    @Test
    void indexesWithoutEndAreRefused() {
        String document = Trial.index(Trial.entry(MediaType.OCI_MANIFEST, MANIFEST, Trial.platform("amd64")));
        for (int i = 0; i < 10; i++) {
            String above = Trial.index(Trial.entry(MediaType.OCI_INDEX, document, Trial.platform("amd64")));
            server.manifest("x", Digest.of(Trial.utf8(document)).toString(), MediaType.OCI_INDEX, document);
            document = above;
        }
        serve(MediaType.OCI_INDEX, document);
        assertTrue(refused(RegistryException.BadAnswer.class).contains("in a circle, or deeper than"));
    }

    @Test
    void aPlatformThatIsNotThereIsSaidWithThoseThatAre() {
        serve(
                MediaType.OCI_INDEX,
                Trial.index(
                        Trial.entry(MediaType.OCI_MANIFEST, "a", Trial.platform("arm64")),
                        Trial.entry(MediaType.OCI_MANIFEST, "b", Trial.platform("s390x"))));
        String said = refused(RegistryException.NoPlatform.class);
        assertTrue(said.endsWith("not made for linux/amd64; available: linux/arm64, linux/s390x"), said);
    }

    @Test
    void aSingleImageOfAnotherPlatformIsRefused() {
        String config = Trial.config("arm64", LAYER);
        server.blob("x", Trial.utf8(config));
        serve(MediaType.OCI_MANIFEST, Trial.manifest(config, LAYER));
        assertTrue(refused(RegistryException.NoPlatform.class).endsWith("available: linux/arm64"));
    }

    @Test
    void aPlatformThatIsNoNameReachesNoTerminal() {
        for (String odd : List.of("\\u001b]0;evil\\u0007", "x".repeat(1000), "a b")) {
            String config = Trial.config(odd, LAYER);
            server.blob("x", Trial.utf8(config));
            serve(MediaType.OCI_MANIFEST, Trial.manifest(config, LAYER));
            String said = refused(RegistryException.NoPlatform.class);
            assertTrue(said.endsWith("available: linux/unknown"), said);
        }
    }

    @Test
    void contentThatIsNotThePinnedDigestIsRefused() {
        Digest other = Digest.of(Trial.utf8("other"));
        server.manifest("x", other.toString(), MediaType.OCI_MANIFEST, MANIFEST);
        String said = assertThrows(RegistryException.BadAnswer.class, () -> resolve("x@" + other))
                .getMessage();
        assertTrue(said.contains("instead of " + other), said);
    }

    @Test
    void aHeaderThatContradictsTheContentIsRefused() {
        server.on(
                "/v2/x/manifests/1",
                (request, wire) -> wire.reply(
                        200,
                        MANIFEST,
                        "Content-Type: " + MediaType.OCI_MANIFEST,
                        "Docker-Content-Digest: " + Digest.of(Trial.utf8("other"))));
        refused(RegistryException.BadAnswer.class);
    }

    @Test
    void aDigestThatIsAPathIsRefused() {
        serve(MediaType.OCI_MANIFEST, MANIFEST.replaceFirst("sha256:[0-9a-f]{64}", "sha256:../../x"));
        assertTrue(refused(RegistryException.BadAnswer.class).contains("config.digest \"sha256:../../x\" is none"));
    }

    @Test
    void bothAnIndexAndAnImageIsRefused() {
        serve(MediaType.OCI_MANIFEST, MANIFEST.replace("\"layers\":", "\"manifests\":[],\"layers\":"));
        assertTrue(refused(RegistryException.BadAnswer.class).contains("CVE-2021-41190"));
    }

    @Test
    void aContentTypeThatContradictsTheMediaTypeIsRefused() {
        serve(MediaType.DOCKER_MANIFEST, MANIFEST);
        assertTrue(refused(RegistryException.BadAnswer.class).contains("but it was served as"));
    }

    @Test
    void theOldFormatIsRefusedWithAReason() {
        server.manifest(
                "x",
                "1",
                new MediaType("application/vnd.docker.distribution.manifest.v1+prettyjws"),
                "{\"schemaVersion\":1,\"fsLayers\":[]}");
        assertTrue(refused(RegistryException.BadAnswer.class).contains("old format (schema 1)"));
    }

    @Test
    void aManifestOfFiveMegabytesIsRefused() {
        serve(MediaType.OCI_MANIFEST, MANIFEST + " ".repeat(5 << 20));
        assertTrue(refused(RegistryException.BadAnswer.class).contains("longer than 4 MiB"));
    }

    @Test
    void aManifestWithoutEndIsRefused() {
        server.on("/v2/x/manifests/1", (request, wire) -> {
            wire.head(200, "Content-Type: " + MediaType.OCI_MANIFEST);
            while (true) {
                wire.write(new byte[8192]);
            }
        });
        assertTrue(refused(RegistryException.BadAnswer.class).contains("longer than 4 MiB"));
    }

    @Test
    void anotherNumberOfLayersThanDiffIdsIsRefused() {
        serve(MediaType.OCI_MANIFEST, Trial.manifest(CONFIG, LAYER, LAYER));
        assertTrue(refused(RegistryException.BadAnswer.class).contains("2 layers, its configuration 1"));
    }

    @Test
    void anUnknownImageAndAnUnknownTagAreToldApart() {
        String image = refused(RegistryException.NotFound.class);
        assertTrue(image.contains("has no image x"), image);
        server.on("/v2/x/tags/list", (request, wire) -> wire.reply(200, "{\"name\":\"x\",\"tags\":[\"3.1\",\"3.2\"]}"));
        String tag = refused(RegistryException.NotFound.class);
        assertTrue(tag.endsWith("has no tag 1; it has 3.1, 3.2"), tag);
    }

    @Test
    void aRegistryThatDoesNotListItsTagsHidesNoAbsence() {
        for (int status : List.of(403, 429, 503)) {
            server.on("/v2/x/tags/list", (request, wire) -> wire.reply(status, "", "Retry-After: 2"));
            server.requests.clear();
            String said = refused(RegistryException.NotFound.class);
            assertTrue(said.endsWith("has no tag 1; check the tag"), said);
            assertEquals(1, server.requests("/v2/x/tags/list").size());
        }
    }

    @Test
    void aListOfTagsThatIsTooLongToBeReadCountsAsNone() {
        for (String tags : List.of("\"3.1\"," + "{},".repeat(50_000) + "{}", "\"" + "x".repeat(4 << 20) + "\"")) {
            server.on("/v2/x/tags/list", (request, wire) -> wire.reply(200, "{\"tags\":[" + tags + "]}"));
            String said = refused(RegistryException.NotFound.class);
            assertTrue(said.endsWith("has no tag 1; check the tag"), said);
        }
    }

    @Test
    void whatIsNoTagIsNotListed() {
        server.on(
                "/v2/x/tags/list",
                (request, wire) -> wire.reply(200, "{\"tags\":[null,7,\"3.1\",{\"a\":1},\"no tag\",[\"3.2\"]]}"));
        String said = refused(RegistryException.NotFound.class);
        assertTrue(said.endsWith("has no tag 1; it has 3.1"), said);
    }

    @Test
    void aRegistryThatIsNotThereIsSaidAtOnce() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        Reference reference = Reference.parse("localhost:" + free + "/x");
        String said = assertThrows(
                        RegistryException.Unreachable.class, () -> client.resolve(reference, AMD64, new Cancellation()))
                .getMessage();
        assertTrue(said.startsWith("cannot reach registry localhost:" + free + ": connection refused"), said);
    }

    @Test
    void aHostThatDoesNotExistIsSaid() {
        Reference reference = Reference.parse("registry.invalid/x");
        String said = assertThrows(
                        RegistryException.Unreachable.class, () -> client.resolve(reference, AMD64, new Cancellation()))
                .getMessage();
        assertTrue(said.contains("registry.invalid: no such host"), said);
    }

    @Test
    void headSaysWhatATagMeansNow() {
        server.on(
                "/v2/x/manifests/1",
                (request, wire) ->
                        wire.head(200, "Docker-Content-Digest: " + DIGEST, "Content-Length: " + MANIFEST.length()));
        assertEquals(Optional.of(DIGEST), client.head(server.name("x:1"), new Cancellation()));
        assertEquals("HEAD", server.requests.get(0).method());
    }

    @Test
    void aRegistryOnTheSixthVersionsLoopbackIsReached() throws Exception {
        try (FaultyRegistry six = new FaultyRegistry(java.net.InetAddress.getByName("::1"))) {
            six.on("/v2/", (request, wire) -> wire.reply(200, "{}"));
            client.ping("[::1]:" + six.port(), new Cancellation());
            assertEquals("[::1]:" + six.port(), six.requests.get(0).header("Host"));
        }
    }
}
