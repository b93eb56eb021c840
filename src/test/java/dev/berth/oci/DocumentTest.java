package dev.berth.oci;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Manifests, indexes and configurations, read strictly. */
class DocumentTest {
    private static final String A = "sha256:" + "a".repeat(64);
    private static final String B = "sha256:" + "b".repeat(64);

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String descriptor(MediaType type, String digest, String more) {
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest + "\",\"size\":7" + more + "}";
    }

    private static String manifest(String more) {
        return "{\"schemaVersion\":2,\"config\":" + descriptor(MediaType.OCI_CONFIG, A, "") + ",\"layers\":["
                + descriptor(MediaType.OCI_LAYER_GZIP, B, "") + "]" + more + "}";
    }

    private static String refused(String json) {
        return assertThrows(OciException.BadDocument.class, () -> Document.parse(utf8(json), Optional.empty()))
                .getMessage();
    }

    private static String refusedConfig(String json) {
        return assertThrows(OciException.BadDocument.class, () -> ImageConfig.parse(utf8(json)))
                .getMessage();
    }

    @Test
    void aManifestKeepsItsBytes() {
        byte[] bytes = utf8(" " + manifest("") + "\n");
        Manifest manifest = Manifest.parse(bytes);
        assertArrayEquals(bytes, manifest.bytes());
        assertEquals(Digest.of(bytes), manifest.digest());
        assertEquals(bytes.length, manifest.descriptor().size());
        assertEquals(MediaType.OCI_MANIFEST, manifest.mediaType());
        assertEquals(
                MediaType.Compression.GZIP, manifest.layers().get(0).mediaType().compression());
        assertEquals(14, manifest.totalSize());
    }

    @Test
    void brokenJsonIsRefusedInOneLine() {
        assertTrue(refused("{").contains("not valid JSON"));
        assertTrue(refused("").contains("not a JSON object"));
        assertTrue(refused("[]").contains("not a JSON object"));
        assertTrue(refused(manifest("") + "{}").contains("not valid JSON"));
        assertTrue(refused("{\"schemaVersion\":2,\"schemaVersion\":2}").contains("not valid JSON"));
        assertEquals(1, refused("{\u0007\n\n").lines().count());
    }

    @Test
    void deepAndHugeDocumentsAreRefused() {
        refused("{\"x\":".repeat(100_000));
        refused(manifest(",\"x\":" + "[".repeat(1000) + "]".repeat(1000)));
        refused(manifest(" ".repeat(5 << 20)));
        refused(manifest(",\"x\":" + "1".repeat(1000)));
    }

    @Test
    void moreTokensThanAnyHonestDocumentHasAreRefused() {
        String said = refused(manifest(",\"more\":[" + "{},".repeat(300_000) + "{}]"));
        assertTrue(said.contains("more parts, or deeper ones, than any honest one"), said);
    }

    @Test
    void aLargeIndexIsRead() {
        String entry = descriptor(
                MediaType.OCI_MANIFEST,
                A,
                ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\",\"variant\":\"v2\"},"
                        + "\"annotations\":{\"org.opencontainers.image.title\":\"x\"}");
        ImageIndex index = ImageIndex.parse(
                utf8("{\"schemaVersion\":2,\"manifests\":[" + (entry + ",").repeat(4_999) + entry + "]}"));
        assertEquals(5_000, index.manifests().size());
    }

    @Test
    void everyComplaintNamesTheField() {
        assertTrue(refused("{\"schemaVersion\":2,\"layers\":[]}").contains("config is missing"));
        assertTrue(refused(manifest("").replace("\"size\":7", "\"size\":\"7\""))
                .contains("config.size is not a whole number"));
        assertTrue(refused(manifest("").replace("\"size\":7", "\"size\":-7")).contains("size is negative"));
        assertTrue(refused(manifest("").replace(B, "sha256:../../x"))
                .contains("layers[].digest \"sha256:../../x\" is none"));
        assertTrue(refused(manifest(",\"mediaType\":3")).contains("mediaType is not a string"));
    }

    @Test
    void whatIsNoContainerImageIsRefused() {
        String chart = manifest("").replace(MediaType.OCI_CONFIG.value(), "application/vnd.cncf.helm.config.v1+json");
        assertTrue(refused(chart).contains("this is no container image"));
        String layer = manifest("").replace(MediaType.OCI_LAYER_GZIP.value(), "application/x-tar");
        assertTrue(refused(layer).contains("cannot unpack"));
    }

    @Test
    void aConfigurationWhoseTypeAnOldRegistryLostIsDockers() {
        String docker = manifest(",\"mediaType\":\"" + MediaType.DOCKER_MANIFEST + "\"");
        String type = MediaType.OCI_CONFIG.value();
        for (String lost : List.of("application/octet-stream", "application/json", "text/html", "")) {
            Manifest manifest = Manifest.parse(utf8(docker.replace(type, lost)));
            assertEquals(lost, manifest.config().mediaType().value());
            assertTrue(refused(manifest("").replace(type, lost)).contains("this is no container image"));
        }
        String named = "\"mediaType\":\"" + type + "\",";
        Manifest manifest = Manifest.parse(utf8(docker.replace(named, "")));
        assertEquals("", manifest.config().mediaType().value());
        assertTrue(refused(manifest("").replace(named, "")).contains("config.mediaType is missing"));
        for (String other : List.of(
                "application/vnd.cncf.helm.config.v1+json",
                "application/vnd.docker.plugin.v1+json",
                "application/vnd.oci.empty.v1+json")) {
            assertTrue(refused(docker.replace(type, other)).contains("this is no container image"));
        }
    }

    @Test
    void kindsAreNotMixed() {
        assertTrue(refused(manifest(",\"manifests\":[]")).contains("CVE-2021-41190"));
        assertTrue(refused(manifest(",\"mediaType\":\"" + MediaType.OCI_INDEX + "\""))
                .contains("of the other kind"));
        assertTrue(refused("{\"schemaVersion\":1}").contains("schema 1"));
        assertTrue(refused("{\"schemaVersion\":3}").contains("schemaVersion is 3"));
        assertThrows(
                OciException.BadDocument.class,
                () -> Document.parse(utf8(manifest("")), Optional.of(MediaType.OCI_INDEX)));
        Document.parse(utf8(manifest("")), Optional.of(new MediaType("Application/JSON; charset=utf-8")));
    }

    @Test
    void anIndexOffersTheBestVariant() {
        String entry = ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"%s\"}";
        ImageIndex index = ImageIndex.parse(utf8("{\"schemaVersion\":2,\"manifests\":["
                + descriptor(MediaType.OCI_MANIFEST, A, entry.formatted("v5")) + ","
                + descriptor(MediaType.OCI_MANIFEST, B, entry.formatted("v6")) + "]}"));
        assertEquals(
                B,
                index.select(Platform.parse("linux/arm/v7"))
                        .orElseThrow()
                        .digest()
                        .toString());
        assertEquals(
                A,
                index.select(Platform.parse("linux/arm/v5"))
                        .orElseThrow()
                        .digest()
                        .toString());
        assertTrue(index.select(Platform.parse("linux/amd64")).isEmpty());
        assertEquals(2, index.platforms().size());
    }

    @Test
    void a386IsTheLastChoiceOfAnAmd64() {
        String amd64 = ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}";
        String i386 = descriptor(MediaType.OCI_MANIFEST, A, amd64.replace("amd64", "386"));
        for (String wanted : List.of("linux/amd64", "linux/amd64/v3")) {
            assertEquals(A, selected(wanted, i386));
            assertEquals(B, selected(wanted, i386, descriptor(MediaType.OCI_MANIFEST, B, amd64)));
            assertEquals(B, selected(wanted, i386, descriptor(MediaType.OCI_MANIFEST, B, "")));
        }
        String v2 = amd64.replace("\"amd64\"", "\"amd64\",\"variant\":\"v2\"");
        String plain = descriptor(MediaType.OCI_MANIFEST, A, amd64);
        assertEquals(B, selected("linux/amd64/v3", i386, plain, descriptor(MediaType.OCI_MANIFEST, B, v2)));
        assertEquals("none", selected("linux/arm64", i386));
    }

    private static String selected(String platform, String... entries) {
        ImageIndex index =
                ImageIndex.parse(utf8("{\"schemaVersion\":2,\"manifests\":[" + String.join(",", entries) + "]}"));
        return index.select(Platform.parse(platform))
                .map(entry -> entry.digest().toString())
                .orElse("none");
    }

    @Test
    void anEntryThatCannotBeReadHidesNoOther() {
        String amd64 = ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}";
        String later = descriptor(MediaType.OCI_MANIFEST, "blake3:" + "c".repeat(64), amd64);
        String unnamed = "{\"digest\":\"" + A + "\",\"size\":7}";
        assertEquals(B, selected("linux/amd64", later, unnamed, "{}", descriptor(MediaType.OCI_MANIFEST, B, amd64)));
        for (String other : List.of("arm64", "386")) {
            String not = descriptor(MediaType.OCI_MANIFEST, B, amd64.replace("amd64", other));
            String said = assertThrows(OciException.class, () -> selected("linux/amd64", later, not))
                    .getMessage();
            assertTrue(said.contains("blake3"), said);
        }
    }

    @Test
    void anIndexOfWhichNoImageCanBeReadIsRefused() {
        String index = "{\"schemaVersion\":2,\"manifests\":[%s]}";
        String later = descriptor(MediaType.OCI_MANIFEST, "blake3:" + "c".repeat(64), "");
        String said = refused(index.formatted(later + ",{}"));
        assertTrue(said.contains("manifests[].digest \"blake3:ccc"), said);
        assertTrue(refused(index.formatted("3")).contains("manifests is not an object"));
        assertTrue(refused(index.replace("[%s]", "3")).contains("manifests is not a list"));
        assertTrue(refused(index.formatted("{}")).contains("manifests[].mediaType is missing"));
    }

    @Test
    void attestationsAreNoImages() {
        ImageIndex index = ImageIndex.parse(utf8("{\"schemaVersion\":2,\"manifests\":["
                + descriptor(
                        MediaType.OCI_MANIFEST, A, ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}")
                + "]}"));
        assertTrue(index.select(Platform.parse("linux/amd64")).isEmpty());
        assertTrue(index.platforms().isEmpty());
    }

    @Test
    void aConfigurationIsReadAsDockerWritesIt() {
        ImageConfig config = ImageConfig.parse(utf8("{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\","
                + "\"created\":\"2024-01-02T03:04:05.123456789+01:00\",\"config\":{\"User\":\"me\",\"Env\":[\"A=1\"],"
                + "\"Entrypoint\":\"sh\",\"Cmd\":null,\"Volumes\":{\"/b\":{},\"/a\":{}},\"ExposedPorts\":{\"80/tcp\":{}},"
                + "\"Labels\":{\"k\":\"v\",\"n\":null},\"Healthcheck\":{\"Test\":[\"CMD\",\"x\"],\"Interval\":5000000000}},"
                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" + A + "\"]},"
                + "\"history\":[{\"created\":\"nonsense\",\"created_by\":\"x\",\"empty_layer\":true}]}"));
        assertEquals("linux/arm64", config.platform().toString());
        assertEquals(
                "2024-01-02T02:04:05.123456789Z", config.created().orElseThrow().toString());
        assertEquals(List.of("sh"), config.config().entrypoint());
        assertEquals(List.of(), config.config().command());
        assertEquals(List.of("/b", "/a"), config.config().volumes());
        assertEquals(Map.of("k", "v"), config.config().labels());
        assertEquals(5, config.config().healthcheck().orElseThrow().interval().toSeconds());
        assertTrue(config.history().get(0).emptyLayer()
                && config.history().get(0).created().isEmpty());
    }

    @Test
    void aBrokenConfigurationIsRefused() {
        assertTrue(refusedConfig("{}").contains("rootfs is missing"));
        assertTrue(refusedConfig("{\"rootfs\":{\"diff_ids\":[\"x\"]}}").contains("rootfs.diff_ids holds something"));
        assertTrue(refusedConfig("{\"rootfs\":{\"type\":\"other\"}}").contains("instead of layers"));
        assertTrue(refusedConfig("{\"rootfs\":{},\"config\":{\"Env\":[1]}}").contains("config.Env is not a string"));
    }
}
