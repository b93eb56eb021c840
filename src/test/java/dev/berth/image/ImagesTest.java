package dev.berth.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.berth.SmallHeap;
import dev.berth.linux.Syscalls;
import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import dev.berth.rootfs.LayerProgress;
import dev.berth.rootfs.Layers;
import dev.berth.rootfs.Need;
import dev.berth.rootfs.Snapshots;
import dev.berth.rootfs.TarBuilder;
import dev.berth.rootfs.TestImage;
import dev.berth.store.DataDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
    private final List<ImageUse> uses = new ArrayList<>();

    @TempDir
    Path temp;

    private TestImage first;
    private TestImage second;
    private Descriptor firstManifest;
    private Layers layers;
    private Images images;

    @BeforeEach
    void makeTwoImagesThatShareALayer() throws Exception {
        Need.root();
        first = new TestImage(temp.resolve("data"));
        layers = first.closing(new Layers(first.data, Syscalls.linux()));
        images = new Images(first.data, layers, new Snapshots(first.data, Syscalls.linux()), () -> uses);
        TarBuilder base = new TarBuilder().file("base", "12345");
        byte[] tar = base.build();
        firstManifest =
                first.layer(tar).layer(new TarBuilder().file("a", "123")).tag("alpine");
        second = first.another();
        second.layer(tar).layer(new TarBuilder().file("b", "1234567")).tag("localhost:5000/me/app:2");
    }

    @AfterEach
    void close() {
        first.close();
    }

    @Test
    void listsAsTheApiSays() throws Exception {
        layers.unpack(first.layers, first.diffIds, LayerProgress.NONE);
        layers.unpack(second.layers, second.diffIds, LayerProgress.NONE);
        uses.add(new ImageUse("c".repeat(64), firstManifest.digest()));
        ObjectMapper json = new ObjectMapper()
                .registerModule(new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
        JsonNode list = json.valueToTree(images.list());
        assertEquals(2, list.size());
        JsonNode one = list.get(0);
        assertEquals(
                "docker.io/library/alpine:latest", one.path("references").get(0).asText());
        assertEquals(firstManifest.digest().toString(), one.path("digest").asText());
        assertEquals(Platform.host().toString(), one.path("platform").asText());
        assertEquals("2026-01-02T03:04:05Z", one.path("created").asText());
        assertEquals(8, one.path("size").asLong());
        assertEquals(5, one.path("sharedSize").asLong());
        assertEquals(2, one.path("layers").asInt());
        assertEquals("c".repeat(64), one.path("usedBy").get(0).asText());
        JsonNode details = json.valueToTree(images.inspect("alpine"));
        assertEquals(one.path("id"), details.path("id"));
        assertEquals("sh", details.path("config").path("command").get(0).asText());
        assertEquals("test", details.path("history").get(0).path("createdBy").asText());
        assertEquals(3, details.path("layerDetails").get(1).path("unpackedSize").asLong());
    }

    @Test
    void findsByNameIdDigestAndPrefix() {
        StoredImage image = images.find("alpine:latest");
        assertEquals(image, images.find("docker.io/library/alpine"));
        assertEquals(image, images.find(image.id().toString()));
        assertEquals(image, images.find(image.id().hex()));
        assertEquals(image, images.find(image.id().abbreviated()));
        assertEquals(image, images.find(firstManifest.digest().toString()));
        assertEquals(image, images.find("alpine@" + firstManifest.digest()));
        assertThrows(ImageException.NotFound.class, () -> images.find("debian@" + firstManifest.digest()));
        assertThrows(ImageException.NotFound.class, () -> images.find("alpine:3"));
        assertThrows(ImageException.NotFound.class, () -> images.find("NOT/a name"));
        assertThrows(ImageException.NotFound.class, () -> images.find("0000"));
    }

    @Test
    void removesAnImageAndOnlyItsOwnBytes() throws Exception {
        layers.unpack(first.layers, first.diffIds, LayerProgress.NONE);
        String id = images.find("alpine").id().toString();
        Removal removal = images.remove("alpine", false);
        assertEquals(List.of(new Removal.Untagged("docker.io/library/alpine:latest", id)), removal.untagged());
        assertEquals(1, removal.deleted().size());
        assertTrue(removal.freed() > first.layers.get(1).size());
        assertTrue(first.data.blobs().has(second.layers.get(0).digest()));
        assertFalse(first.data.blobs().has(first.layers.get(1).digest()));
        assertEquals(1, Files.list(first.data.root().resolve("layers")).count());
        assertThrows(ImageException.NotFound.class, () -> images.remove("alpine", false));
    }

    @Test
    void takesOnlyTheNameAwayWhenThereAreOthers() {
        first.data.references().put(Reference.parse("other"), firstManifest);
        Removal removal = images.remove("alpine", false);
        assertEquals(List.of(), removal.deleted());
        assertEquals(
                List.of("docker.io/library/other:latest"), images.list().get(1).references());
    }

    @Test
    void oneMoreNameIsGivenAndMayBeAnothers() {
        StoredImage image = images.find("alpine");
        Reference target = Reference.parse("localhost:5000/me/app:2");
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    image.id(), images.tag(image.id().abbreviated(), target).id());
        }
        assertEquals(image.id(), images.find("localhost:5000/me/app:2").id());
        assertEquals(image.id(), images.find("alpine").id());
        assertEquals(2, images.list().size(), "the other image is still here, without a name");
        assertEquals(1, images.prune(false).deleted().size());
        Reference pinned = Reference.parse("alpine@" + firstManifest.digest());
        assertThrows(ImageException.NoTag.class, () -> images.tag("alpine", pinned));
        assertThrows(ImageException.NotFound.class, () -> images.tag("nothing", target));
    }

    /** Which it would have lost with its container. */
    @Test
    void aNameHoldsAnImageThatWasAboutToGo() {
        String id = images.find("alpine").id().toString();
        uses.add(new ImageUse("c".repeat(64), firstManifest.digest()));
        images.remove("alpine", true);
        images.tag(id, Reference.parse("again"));
        uses.clear();
        assertEquals(List.of(), images.collect().deleted());
        assertEquals(id, images.find("again").id().toString());
    }

    @Test
    void byIdSeveralNamesNeedForce() {
        first.data.references().put(Reference.parse("other"), firstManifest);
        String id = images.find("alpine").id().abbreviated();
        ImageException refused = assertThrows(ImageException.InUse.class, () -> images.remove(id, false));
        assertTrue(refused.getMessage().contains("alpine:latest, other:latest"), refused.getMessage());
        Removal removal = images.remove(id, true);
        assertEquals(2, removal.untagged().size());
        assertEquals(1, removal.deleted().size());
        assertEquals(1, images.list().size());
    }

    @Test
    void anImageInUseStaysUntilItsLastContainerIsGone() {
        String id = images.find("alpine").id().toString();
        uses.add(new ImageUse("c".repeat(64), firstManifest.digest()));
        ImageException refused = assertThrows(ImageException.InUse.class, () -> images.remove("alpine", false));
        assertTrue(refused.getMessage().contains("container cccccccccccc uses it"), refused.getMessage());
        assertEquals(List.of(), images.remove("alpine", true).deleted());
        assertEquals(List.of(), images.held(firstManifest.digest()).references());
        assertEquals(List.of(), images.collect().deleted());
        assertTrue(first.data.blobs().has(first.layers.get(1).digest()));
        uses.clear();
        Removal collected = images.collect();
        assertEquals(List.of(id), collected.deleted());
        assertTrue(collected.freed() > 0);
        assertFalse(first.data.blobs().has(first.layers.get(1).digest()));
        assertEquals(1, images.list().size());
    }

    @Test
    void pruneTakesTheNamelessAndWithAllTheUnused() {
        first.data.references().put(Reference.parse("localhost:5000/me/app:2"), firstManifest);
        assertEquals(2, images.list().size());
        assertEquals(1, images.prune(false).deleted().size());
        assertEquals(1, images.prune(true).deleted().size());
        assertEquals(List.of(), images.list());
        assertEquals(
                0,
                first.data
                        .collector()
                        .collect(List.of(), java.util.Set.of(), java.time.Duration.ZERO)
                        .bytes());
    }

    @Test
    void aDamagedImageIsNotListedAndItsNameCanBeRemoved() throws Exception {
        Files.delete(first.data.paths().blob(images.find("alpine").id()));
        Images fresh = new Images(first.data, layers, new Snapshots(first.data, Syscalls.linux()), () -> uses);
        assertEquals(1, fresh.list().size());
        assertEquals(1, fresh.remove("alpine", false).untagged().size());
    }

    /** A removed name, or a pull, is how one gets rid of the damage. */
    @Test
    void anImageThatWasReadOnceAndIsDamagedNowCountsAsAbsent() throws Exception {
        Path configuration = first.data.paths().blob(images.find("alpine").id());
        twoImagesThatFillTheMemoryForDocuments();
        Files.delete(configuration);
        assertEquals(Optional.empty(), images.find(Reference.parse("alpine")));
        assertThrows(ImageException.NotFound.class, () -> images.find("alpine"));
        assertEquals(1, images.remove("alpine", false).untagged().size());
        assertEquals(Optional.empty(), first.data.references().get(Reference.parse("alpine")));
    }

    @Test
    void byDigestAnImageThatIsDamagedNowCountsAsAbsent() throws Exception {
        Path configuration = first.data.paths().blob(images.find("alpine").id());
        twoImagesThatFillTheMemoryForDocuments();
        Files.delete(configuration);
        String digest = firstManifest.digest().toString();
        assertThrows(ImageException.NotFound.class, () -> images.find(digest));
    }

    @Test
    void aListReadsEachDocumentOnce() throws Exception {
        twoImagesThatFillTheMemoryForDocuments();
        List<ImageSummary> list = images.list();
        assertEquals(4, list.size());
        for (ImageSummary image : list) {
            Files.delete(first.data.paths().blob(Digest.parse(image.id())));
        }
        assertEquals(list, images.list());
    }

    private void twoImagesThatFillTheMemoryForDocuments() {
        for (String name : List.of("large:1", "large:2")) {
            String label = name.repeat((5 << 20) / 2 / name.length());
            first.another()
                    .layer(new TarBuilder().file("f", name))
                    .config("{\"Labels\":{\"l\":\"" + label + "\"}}")
                    .tag(name);
            images.find(name);
        }
    }

    /** Each container that is removed asks for it. */
    @Test
    void whatAnInterruptedPullLeftIsLookedForOnlyWhenAnImageGoes() throws Exception {
        Descriptor left = first.put(MediaType.OCI_LAYER, "left".getBytes(StandardCharsets.UTF_8));
        Files.setLastModifiedTime(
                first.data.paths().blob(left.digest()),
                FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        assertEquals(new Removal(List.of(), List.of(), 0), images.collect());
        assertTrue(first.data.blobs().has(left.digest()));
        assertEquals(List.of("freed 4 bytes that belonged to no image"), images.sweep());
        assertFalse(first.data.blobs().has(left.digest()));
    }

    /** One tiny layer, named again and again, made each list and each start take minutes, or all memory. */
    @Test
    void anImageOfTheStoreThatListsLayersWithoutEndIsNotRead() {
        TestImage endless = first.another();
        byte[] tar = new TarBuilder().file("f", "").build();
        for (int i = 0; i < 512; i++) {
            endless.layer(tar);
        }
        endless.tag("most");
        assertEquals(512, images.inspect("most").layerDetails().size());
        Descriptor manifest = endless.layer(tar).tag("endless");
        assertEquals(3, images.list().size());
        assertEquals(
                "cannot use image " + manifest.digest().abbreviated()
                        + ": the image lists 513 layers, more than the 512"
                        + " that Berth reads; build it in fewer steps",
                assertThrows(ImageException.Broken.class, () -> images.held(manifest.digest()))
                        .getMessage());
        assertEquals(1, images.remove("endless", false).untagged().size());
    }

    /** Which would be 150 MB, were they all kept. */
    @Test
    void manyImagesWithLargeConfigurationsFitASmallHeap() throws Exception {
        Path root = temp.resolve("large");
        TestImage large = new TestImage(root);
        for (int i = 0; i < 8; i++) {
            StringBuilder labels = new StringBuilder("\"image\":\"" + i + "\"");
            for (int label = 0; label < 95_000; label++) {
                labels.append(",\"")
                        .append(100_000 + label)
                        .append("\":\"")
                        .append("v".repeat(28))
                        .append('"');
            }
            large.another()
                    .layer(new TarBuilder().file("f", "" + i))
                    .config("{\"Labels\":{" + labels + "}}")
                    .tag("large:" + i);
        }
        large.close();
        assertEquals("8 0 1 2 3 4 5 6 7", SmallHeap.run("88m", ListAndFind.class, root.toString()));
    }

    /** What runs with little memory. */
    static final class ListAndFind {
        public static void main(String[] arguments) {
            try (DataDirectory data = DataDirectory.open(Path.of(arguments[0]), Syscalls.linux());
                    Layers layers = new Layers(data, Syscalls.linux())) {
                Images images = new Images(data, layers, new Snapshots(data, Syscalls.linux()), List::of);
                images.sweep();
                System.out.print(images.list().size());
                for (int i = 0; i < 8; i++) {
                    StoredImage image = images.find("large:" + i);
                    System.out.print(" " + image.config().config().labels().get("image"));
                }
            }
        }
    }

    @Test
    void skopeoReadsTheStore() throws Exception {
        Need.program("skopeo");
        Process skopeo = new ProcessBuilder(
                        "skopeo", "inspect", "oci:" + first.data.root() + ":docker.io/library/alpine:latest")
                .redirectErrorStream(true)
                .start();
        String output = new String(skopeo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, skopeo.waitFor(), output);
        assertEquals(
                firstManifest.digest().toString(),
                new ObjectMapper().readTree(output).path("Digest").asText());
    }
}
