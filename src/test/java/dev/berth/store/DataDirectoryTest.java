package dev.berth.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.SmallHeap;
import dev.berth.linux.Syscalls;
import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    private static final byte[] HELLO = bytes("hello, blob");
    private static final Descriptor BLOB = descriptor(HELLO);

    @TempDir
    Path root;

    private DataDirectory data;

    @BeforeEach
    void open() {
        data = DataDirectory.open(root.resolve("data"), Syscalls.linux());
    }

    @AfterEach
    void close() {
        data.close();
    }

    @Test
    void isAnEmptyLayoutFromTheStart() throws Exception {
        assertEquals(
                "{\"imageLayoutVersion\":\"1.0.0\"}",
                Files.readString(data.root().resolve("oci-layout")));
        assertTrue(Files.readString(data.root().resolve("index.json")).contains("\"manifests\" : [ ]"));
    }

    @Test
    void tellsASecondProcessWhoHoldsIt() {
        StoreException.Locked refused =
                assertThrows(StoreException.Locked.class, () -> DataDirectory.open(data.root(), Syscalls.linux()));
        assertTrue(
                refused.getMessage()
                        .contains(
                                "another Berth (pid " + ProcessHandle.current().pid() + ")"),
                refused.getMessage());
    }

    @Test
    void canBeOpenedAgainAfterItWasClosed() {
        data.close();
        data = DataDirectory.open(data.root(), Syscalls.linux());
    }

    @Test
    void refusesALayoutOfAnotherVersion() throws Exception {
        data.close();
        Files.writeString(data.root().resolve("oci-layout"), "{\"imageLayoutVersion\":\"2.0.0\"}");
        assertThrows(StoreException.UnknownLayout.class, () -> DataDirectory.open(data.root(), Syscalls.linux()));
        Files.writeString(data.root().resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        data = DataDirectory.open(data.root(), Syscalls.linux());
    }

    @Test
    void aBlobAppearsOnlyWhenItIsWhole() throws Exception {
        try (Ingest ingest = data.blobs().begin(BLOB)) {
            ingest.write(ByteBuffer.wrap(HELLO, 0, 5));
            assertFalse(data.blobs().has(BLOB.digest()));
            assertThrows(StoreException.Incomplete.class, ingest::commit);
            ingest.write(ByteBuffer.wrap(HELLO, 5, HELLO.length - 5));
            assertFalse(data.blobs().has(BLOB.digest()));
            ingest.commit();
        }
        assertArrayEquals(HELLO, data.blobs().readSmall(BLOB.digest(), 100));
        assertEquals(HELLO.length, data.blobs().size(BLOB.digest()));
    }

    @Test
    void resumesWhereAnEarlierAttemptWasCut() throws Exception {
        try (Ingest ingest = data.blobs().begin(BLOB)) {
            ingest.write(ByteBuffer.wrap(HELLO, 0, 5));
        }
        close();
        open();
        try (Ingest ingest = data.blobs().begin(BLOB)) {
            assertEquals(5, ingest.offset());
            ingest.write(ByteBuffer.wrap(HELLO, 5, HELLO.length - 5));
            ingest.commit();
        }
        assertTrue(data.blobs().has(BLOB.digest()));
        assertEquals(0, Files.list(data.paths().partials()).count());
    }

    @Test
    void damagedPartialBytesAreForgottenAndRightOnesTakenAtOnce() throws Exception {
        try (Ingest ingest = data.blobs().begin(BLOB)) {
            ingest.write(ByteBuffer.wrap(bytes("jello")));
        }
        try (Ingest ingest = data.blobs().begin(BLOB)) {
            ingest.write(ByteBuffer.wrap(HELLO, 5, HELLO.length - 5));
            assertThrows(StoreException.Mismatch.class, ingest::commit);
            assertEquals(0, ingest.offset());
            assertEquals(0, Files.size(data.paths().partial(BLOB.digest())));
            ingest.write(ByteBuffer.wrap(HELLO));
            ingest.commit();
        }
        assertArrayEquals(HELLO, data.blobs().readSmall(BLOB.digest(), 100));
    }

    @Test
    void otherBytesThanAnnouncedAreRefused() throws Exception {
        try (Ingest ingest = data.blobs().begin(BLOB)) {
            ingest.write(ByteBuffer.wrap(bytes("HELLO, BLOB")));
            assertThrows(StoreException.Mismatch.class, ingest::commit);
        }
        assertFalse(data.blobs().has(BLOB.digest()));
        assertEquals(0, Files.list(data.paths().partials()).count());
    }

    @Test
    void oneByteTooManyIsRefusedAtOnce() throws Exception {
        try (Ingest ingest = data.blobs().begin(BLOB)) {
            assertThrows(StoreException.Mismatch.class, () -> ingest.write(ByteBuffer.wrap(bytes("hello, blob!"))));
        }
        assertEquals(0, Files.list(data.paths().partials()).count());
    }

    @Test
    void aSecondReceiverWaitsAndFindsTheBlob() throws Exception {
        Ingest first = data.blobs().begin(BLOB);
        CompletableFuture<Boolean> second = CompletableFuture.supplyAsync(() -> {
            try (Ingest ingest = data.blobs().begin(BLOB)) {
                return ingest.complete() && ingest.offset() == HELLO.length;
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
        });
        assertThrows(java.util.concurrent.TimeoutException.class, () -> second.get(100, TimeUnit.MILLISECONDS));
        first.write(ByteBuffer.wrap(HELLO));
        first.commit();
        first.close();
        assertTrue(second.get(5, TimeUnit.SECONDS));
    }

    @Test
    void whoWaitsForAnothersBlobCanGiveUp() throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        try (Ingest first = data.blobs().begin(BLOB)) {
            CompletableFuture<Ingest> second = CompletableFuture.supplyAsync(() -> {
                try {
                    return data.blobs().begin(BLOB, () -> {
                        if (cancelled.get()) {
                            throw new IllegalStateException("given up");
                        }
                    });
                } catch (InterruptedException stop) {
                    throw new IllegalStateException(stop);
                }
            });
            assertThrows(java.util.concurrent.TimeoutException.class, () -> second.get(300, TimeUnit.MILLISECONDS));
            cancelled.set(true);
            Throwable why = assertThrows(Exception.class, () -> second.get(5, TimeUnit.SECONDS))
                    .getCause();
            assertEquals("given up", why.getMessage());
            assertEquals(0, first.offset());
        }
    }

    @Test
    void aSizeThatContradictsAStoredBlobIsRefusedAndTheBlobStays() throws Exception {
        put(HELLO);
        Descriptor lie = new Descriptor(BLOB.mediaType(), BLOB.digest(), HELLO.length + 1);
        String said = assertThrows(
                        StoreException.Mismatch.class, () -> data.blobs().begin(lie))
                .getMessage();
        assertTrue(said.contains("has 11 bytes, but the manifest announces 12"), said);
        assertArrayEquals(HELLO, data.blobs().readSmall(BLOB.digest(), 100));
        data.blobs().begin(BLOB).close();
    }

    @Test
    void aStoredBlobThatIsDamagedIsReceivedAgain() throws Exception {
        put(HELLO);
        Files.write(data.paths().blob(BLOB.digest()), bytes("hello"));
        try (Ingest ingest = data.blobs().begin(BLOB)) {
            assertFalse(ingest.complete());
            ingest.write(ByteBuffer.wrap(HELLO));
            ingest.commit();
        }
        assertArrayEquals(HELLO, data.blobs().readSmall(BLOB.digest(), 100));
    }

    @Test
    void aSmallBlobThatIsDamagedInPlaceIsMended() throws Exception {
        data.blobs().put(BLOB, HELLO);
        Files.write(data.paths().blob(BLOB.digest()), new byte[HELLO.length]);
        data.blobs().put(BLOB, HELLO);
        assertArrayEquals(HELLO, data.blobs().readSmall(BLOB.digest(), 100));
    }

    @Test
    void aManifestThatLiesAboutASizeCostsNoOtherImageItsBlob() throws Exception {
        Descriptor layer = put(bytes("layer"));
        Descriptor lie = new Descriptor(layer.mediaType(), layer.digest(), 77);
        data.references().put(Reference.parse("honest"), manifest(put(bytes("config")), layer));
        data.references().put(Reference.parse("liar"), manifest(put(bytes("other")), lie));
        assertEquals(List.of(), new Sweep(data).run());
        assertTrue(data.blobs().has(layer.digest()));
    }

    @Test
    void aMissingBlobIsASentence() {
        assertTrue(assertThrows(StoreException.Missing.class, () -> data.blobs().read(BLOB.digest()))
                .getMessage()
                .contains("is not in the store"));
    }

    @Test
    void namesMoveAndTheOldImageStaysWithoutOne() throws Exception {
        Reference name = Reference.parse("alpine");
        Descriptor one = manifest("one");
        Descriptor two = manifest("two");
        assertEquals(Optional.empty(), data.references().put(name, one));
        assertEquals(
                one.digest(), data.references().put(name, two).orElseThrow().digest());
        assertEquals(two.digest(), data.references().get(name).orElseThrow().digest());
        List<ImageEntry> entries = data.references().entries();
        assertEquals(2, entries.size());
        assertEquals(
                List.of(one.digest()),
                entries.stream()
                        .filter(entry -> entry.reference().isEmpty())
                        .map(entry -> entry.descriptor().digest())
                        .toList());
        // Named again, it has one entry, not two.
        data.references().put(Reference.parse("old"), one);
        assertEquals(2, data.references().entries().size());
    }

    @Test
    void aNameThatIsTakenAwayLeavesAnEntryOnlyForWhoStillNeedsIt() throws Exception {
        Descriptor one = manifest("one");
        data.references().put(Reference.parse("a"), one);
        data.references().put(Reference.parse("b"), one);
        data.references().remove(Reference.parse("a"), digest -> true);
        assertEquals(1, data.references().entries().size());
        data.references().remove(Reference.parse("b"), digest -> true);
        assertTrue(data.references().entries().get(0).doomed());
        data.references().removeNameless(ImageEntry::doomed);
        assertEquals(List.of(), data.references().entries());
        assertEquals(Optional.empty(), data.references().remove(Reference.parse("b")));
    }

    @Test
    void entriesOfOtherToolsAreKept() throws Exception {
        String foreign = "{\"mediaType\":\"application/x-strange\",\"digest\":\"sha256:" + "0".repeat(64)
                + "\",\"size\":3,\"annotations\":{\"org.opencontainers.image.ref.name\":\"NOT A NAME\"},\"strange\":1}";
        Files.writeString(data.paths().index(), "{\"schemaVersion\":2,\"more\":true,\"manifests\":[" + foreign + "]}");
        data.references().put(Reference.parse("a"), manifest("one"));
        String index = Files.readString(data.paths().index());
        assertTrue(index.contains("NOT A NAME") && index.contains("\"strange\" : 1") && index.contains("\"more\""));
        assertEquals(1, data.references().list().size());
    }

    @Test
    void aBrokenIndexIsASentence() throws Exception {
        Files.writeString(data.paths().index(), "{");
        assertThrows(StoreException.UnknownLayout.class, () -> data.references().list());
    }

    @Test
    void collectsWhatNothingNeeds() throws Exception {
        Descriptor layer = put(bytes("layer"));
        Descriptor config = put(bytes("config"));
        Descriptor manifest = manifest(config, layer);
        Descriptor garbage = put(bytes("garbage"));
        Descriptor leased = put(bytes("leased"));
        data.references().put(Reference.parse("a"), manifest);
        try (Lease lease = data.blobs().lease()) {
            lease.add(leased.digest());
            GarbageCollector.Collected collected = data.collector().collect(Set.of(), Set.of(), Duration.ofSeconds(-1));
            assertEquals(List.of(garbage.digest()), collected.blobs());
            assertEquals(garbage.size(), collected.bytes());
        }
        data.references().remove(Reference.parse("a"));
        data.collector().collect(Set.of(manifest.digest()), Set.of(), Duration.ofSeconds(-1));
        assertTrue(data.blobs().has(layer.digest()), "a container holds the manifest");
        data.collector().collect(Set.of(), Set.of(), Duration.ofSeconds(-1));
        assertFalse(data.blobs().has(layer.digest()) || data.blobs().has(manifest.digest()));
    }

    @Test
    void whatALeaseHoldsIsNotReadAsADocument() throws Exception {
        Descriptor garbage = put(bytes("garbage"));
        Descriptor posing = manifest(garbage, garbage);
        try (Lease lease = data.blobs().lease()) {
            lease.add(posing.digest());
            data.collector().collect(Set.of(), Set.of(), Duration.ofSeconds(-1));
        }
        assertTrue(data.blobs().has(posing.digest()));
        assertFalse(data.blobs().has(garbage.digest()));
    }

    /** 4 MiB of empty objects are more than 100 MB when they are read: leased, or in the place of a container's manifest. */
    @Test
    void aBlobOfAMillionTinyPartsFitsASmallHeap() throws Exception {
        assertEquals(
                "true",
                SmallHeap.run("64m", Collect.class, root.resolve("small").toString()));
    }

    /** What runs with little memory. */
    static final class Collect {
        public static void main(String[] arguments) throws Exception {
            byte[] tiny = bytes("[" + "{},".repeat(1_398_000) + "{}]");
            Descriptor layer = descriptor(tiny);
            try (DataDirectory data = DataDirectory.open(Path.of(arguments[0]), Syscalls.linux());
                    Lease lease = data.blobs().lease()) {
                data.blobs().put(layer, tiny);
                lease.add(layer.digest());
                data.collector().collect(Set.of(), Set.of(), Duration.ofSeconds(-1));
                data.collector().collect(Set.of(layer.digest()), Set.of(), Duration.ofSeconds(-1));
                System.out.print(data.blobs().has(layer.digest()));
            }
        }
    }

    @Test
    void whatAnInterruptedPullFetchedHasAGracePeriod() throws Exception {
        Descriptor fresh = put(bytes("fresh"));
        Descriptor old = put(bytes("old"));
        Files.setLastModifiedTime(
                data.paths().blob(old.digest()), FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        try (Ingest ingest = data.blobs().begin(BLOB)) {
            ingest.write(ByteBuffer.wrap(HELLO, 0, 5));
        }
        data.collector().collect(Set.of(), Set.of(), GarbageCollector.GRACE);
        assertTrue(data.blobs().has(fresh.digest()));
        assertFalse(data.blobs().has(old.digest()));
        assertTrue(Files.exists(data.paths().partial(BLOB.digest())));
    }

    @Test
    void theSweepPutsRightWhatAPowerCutLeft() throws Exception {
        Descriptor config = put(bytes("config"));
        Descriptor layer = put(bytes("layer"));
        Descriptor manifest = manifest(config, layer);
        data.references().put(Reference.parse("a"), manifest);
        assertEquals(List.of(), new Sweep(data).run());
        Files.write(data.paths().blob(layer.digest()), new byte[0]);
        Files.write(data.paths().blob(config.digest()), bytes("CONFIG"));
        Files.createDirectory(data.paths().temporary().resolve("left"));
        Files.createFile(data.root().resolve(".index.json.0123"));
        List<String> findings = new Sweep(data).run();
        assertEquals(3, findings.size(), findings.toString());
        assertFalse(data.blobs().has(layer.digest()) || data.blobs().has(config.digest()));
        assertFalse(Files.exists(data.root().resolve(".index.json.0123")));
        Files.delete(data.paths().blob(manifest.digest()));
        assertTrue(new Sweep(data).run().toString().contains("docker.io/library/a:latest"));
        assertEquals(List.of(), data.references().list().keySet().stream().toList());
    }

    @Test
    void theTrashDeletesTreesThatAreDeepAndLocked() throws Exception {
        Path tree = Files.createDirectory(root.resolve("tree"));
        Path deep = tree;
        for (int i = 0; i < 300; i++) {
            deep = Files.createDirectory(deep.resolve("d".repeat(10)));
        }
        Files.createSymbolicLink(tree.resolve("out"), root);
        Path survivor = Files.createFile(root.resolve("survivor"));
        assertTrue(data.trash().discard(tree));
        assertFalse(data.trash().discard(tree));
        data.trash().drain();
        assertEquals(0, Files.list(data.paths().trash()).count());
        assertTrue(Files.exists(survivor));
    }

    private Descriptor manifest(String content) throws Exception {
        return manifest(put(bytes("config of " + content)), put(bytes("layer of " + content)));
    }

    private Descriptor manifest(Descriptor config, Descriptor layer) throws Exception {
        byte[] json = bytes("{\"schemaVersion\":2,\"config\":{\"mediaType\":\"" + MediaType.OCI_CONFIG
                + "\",\"digest\":\""
                + config.digest() + "\",\"size\":" + config.size() + "},\"layers\":[{\"mediaType\":\""
                + MediaType.OCI_LAYER + "\",\"digest\":\"" + layer.digest() + "\",\"size\":" + layer.size() + "}]}");
        put(json);
        return new Descriptor(MediaType.OCI_MANIFEST, Digest.of(json), json.length);
    }

    private Descriptor put(byte[] content) throws Exception {
        Descriptor descriptor = descriptor(content);
        data.blobs().put(descriptor, content);
        return descriptor;
    }

    private static Descriptor descriptor(byte[] content) {
        return new Descriptor(MediaType.OCI_LAYER, Digest.of(content), content.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
