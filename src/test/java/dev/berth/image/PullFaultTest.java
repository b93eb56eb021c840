package dev.berth.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.Syscalls;
import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.Platform;
import dev.berth.registry.Cancellation;
import dev.berth.registry.CredentialFiles;
import dev.berth.registry.FaultyRegistry;
import dev.berth.registry.Limits;
import dev.berth.registry.Registry;
import dev.berth.registry.RegistryException;
import dev.berth.registry.Trial;
import dev.berth.rootfs.Layers;
import dev.berth.rootfs.Need;
import dev.berth.rootfs.RootfsException;
import dev.berth.rootfs.Snapshots;
import dev.berth.rootfs.TarBuilder;
import dev.berth.store.DataDirectory;
import dev.berth.store.Ingest;
import dev.berth.store.StoreException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pulls that are cut, cancelled, killed or lied to: what came is kept and gone on with, and no name leads to half an image. */
@Timeout(120)
class PullFaultTest {
    private static final Platform PLATFORM = Platform.host();
    private static final byte[] LAYER =
            new TarBuilder().file("file", Trial.random(3_000_000), member -> {}).build();
    private static final String BLOB = "/v2/x/blobs/" + Digest.of(LAYER);
    private static final int CUT = 2_000_000;

    @TempDir
    Path temp;

    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean stalling = new AtomicBoolean(true);
    private final CountDownLatch stalled = new CountDownLatch(1);
    private FaultyRegistry server;

    @BeforeEach
    void serve() throws Exception {
        Need.root();
        server = new FaultyRegistry();
        serve(LAYER);
        server.on(BLOB, (request, wire) -> {
            if (!stalling.get()) {
                FaultyRegistry.serving(LAYER).answer(request, wire);
                return;
            }
            wire.head(200, "Content-Length: " + LAYER.length);
            wire.write(Arrays.copyOf(LAYER, CUT));
            stalled.countDown();
            Thread.sleep(60_000);
        });
    }

    /** @param announced the tar that the configuration promises */
    private void serve(byte[] announced) {
        String config = Trial.config(PLATFORM.architecture(), announced);
        server.blob("x", Trial.utf8(config));
        server.manifest("x", "1", MediaType.OCI_MANIFEST, Trial.manifest(config, LAYER));
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        threads.shutdownNow();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** A store with its pulls, as the service has them. */
    private final class Service implements AutoCloseable {
        private final DataDirectory data;
        private final Layers layers;
        private final Registry registry = new Registry(vertx, new CredentialFiles(List.of(), Map.of()), Limits.DEFAULT);
        private final Pull pull;

        Service(Path root) {
            data = DataDirectory.open(root, Syscalls.linux());
            layers = new Layers(data, Syscalls.linux());
            Images images = new Images(data, layers, new Snapshots(data, Syscalls.linux()), List::of);
            pull = new Pull(data, registry, layers, images, threads);
        }

        StoredImage pull(Cancellation cancellation) throws InterruptedException {
            return pull.pull(server.name("x:1"), PLATFORM, PullPolicy.ALWAYS, PullListener.NONE, cancellation);
        }

        @Override
        public void close() {
            layers.close();
            registry.close();
            data.close();
        }
    }

    private String lastRange() {
        var requests = server.requests(BLOB);
        return requests.get(requests.size() - 1).header("Range");
    }

    private void assertResumed() {
        assertTrue(lastRange().matches("bytes=[1-9][0-9]{4,}-.*"), "range " + lastRange());
    }

    @Test
    void aCancelledPullGoesOnWhereItWas() throws Exception {
        try (Service service = new Service(temp)) {
            Cancellation cancellation = new Cancellation();
            CompletableFuture<Throwable> outcome = CompletableFuture.supplyAsync(
                    () -> assertThrows(RegistryException.Cancelled.class, () -> service.pull(cancellation)), threads);
            stalled.await();
            // the client needs a moment to write what the server has sent
            awaitPartial(temp);
            cancellation.cancel();
            outcome.get(5, TimeUnit.SECONDS);
            assertTrue(service.data.references().list().isEmpty());
            stalling.set(false);
            service.pull(new Cancellation());
            assertResumed();
            assertEquals(1, service.data.references().list().size());
        }
    }

    @Test
    void aKilledServiceGoesOnWhereItWas() throws Exception {
        Process killed = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeLayerTest.Puller.class.getName(),
                        server.name("x:1").toString(),
                        temp.resolve("data").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        stalled.await();
        awaitPartial(temp.resolve("data"));
        killed.destroyForcibly().waitFor();
        stalling.set(false);
        try (Service service = new Service(temp.resolve("data"))) {
            assertTrue(service.data.references().list().isEmpty());
            service.pull(new Cancellation());
            assertResumed();
        }
    }

    @Test
    void aFullDiskKeepsWhatCame() throws Exception {
        stalling.set(false);
        Path small = Files.createDirectories(temp.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", small.toString());
        try {
            try (Service service = new Service(small)) {
                String said = assertThrows(StoreException.DiskFull.class, () -> service.pull(new Cancellation()))
                        .getMessage();
                assertTrue(said.contains("no space left"), said);
                assertTrue(service.data.references().list().isEmpty());
                run("mount", "-o", "remount,size=64m", small.toString());
                service.pull(new Cancellation());
                assertResumed();
            }
        } finally {
            run("umount", "-l", small.toString());
        }
    }

    @Test
    void aLayerThatIsNotWhatTheConfigurationPromisesIsNotAnImage() throws Exception {
        stalling.set(false);
        serve(Trial.random(1024));
        try (Service service = new Service(temp)) {
            ImageException.Unusable refusal =
                    assertThrows(ImageException.Unusable.class, () -> service.pull(new Cancellation()));
            assertInstanceOf(RootfsException.BadLayer.class, refusal.getCause());
            assertTrue(refusal.getMessage().startsWith("cannot pull " + server.name("x:1")), refusal.getMessage());
            assertTrue(service.data.references().list().isEmpty());
        }
    }

    /** The bytes of an address that has others of the same number. */
    private static byte[] others() {
        byte[] others = LAYER.clone();
        others[others.length - 1]++;
        return others;
    }

    /** A layer for which its manifest names addresses beside the registry. */
    private void serveForeign(FaultyRegistry elsewhere, String... paths) {
        Descriptor layer = new Descriptor(MediaType.DOCKER_FOREIGN_LAYER, Digest.of(LAYER), LAYER.length);
        String urls = Arrays.stream(paths)
                .map(path -> '"' + elsewhere.url() + path + '"')
                .collect(Collectors.joining(",", ",\"urls\":[", "]"));
        String config = Trial.config(PLATFORM.architecture(), LAYER);
        String named =
                Trial.manifest(config, LAYER).replace(Trial.json(Trial.layer(LAYER), ""), Trial.json(layer, urls));
        server.manifest("x", "1", MediaType.OCI_MANIFEST, named);
    }

    private void assertPulled(Service service) throws Exception {
        service.pull(new Cancellation());
        assertTrue(service.data.blobs().has(Digest.of(LAYER)));
        assertNothingPartial(service);
    }

    private static void assertNothingPartial(Service service) throws IOException {
        try (var partials = Files.list(service.data.paths().partials())) {
            assertEquals(List.of(), partials.toList());
        }
    }

    @Test
    void aForeignLayerOfWhichAnAddressHasOtherBytesComesFromTheNextOrTheRegistry() throws Exception {
        stalling.set(false);
        try (FaultyRegistry elsewhere = new FaultyRegistry()) {
            elsewhere.on("/others", FaultyRegistry.serving(others())).on("/right", FaultyRegistry.serving(LAYER));
            serveForeign(elsewhere, "/others", "/right");
            try (Service service = new Service(temp.resolve("next"))) {
                assertPulled(service);
            }
            assertEquals(List.of(), server.requests(BLOB));
            serveForeign(elsewhere, "/others");
            try (Service service = new Service(temp.resolve("registry"))) {
                assertPulled(service);
            }
        }
    }

    @Test
    void whatAnEarlierTransferLeftIsFetchedAnewWhenItIsWrong() throws Exception {
        stalling.set(false);
        try (Service service = new Service(temp)) {
            try (Ingest begun = service.data.blobs().begin(Trial.layer(LAYER))) {
                begun.write(ByteBuffer.wrap(new byte[CUT]));
            }
            assertPulled(service);
            assertEquals(
                    List.of("bytes=" + CUT + "-" + (LAYER.length - 1), ""),
                    server.requests(BLOB).stream()
                            .map(request -> request.header("Range"))
                            .toList());
        }
    }

    @Test
    void aLayerThatNobodyHasWithTheRightBytesIsSaidAndNothingOfItIsKept() throws Exception {
        server.on(BLOB, FaultyRegistry.serving(others()));
        try (Service service = new Service(temp)) {
            String said = assertThrows(ImageException.Unusable.class, () -> service.pull(new Cancellation()))
                    .getMessage();
            assertEquals(
                    "cannot pull " + server.name("x:1") + ": blob " + Digest.of(LAYER)
                            + " arrived with other bytes: their digest is " + Digest.of(others()),
                    said);
            assertNothingPartial(service);
            assertEquals(1, server.requests(BLOB).size());
        }
    }

    @Test
    void moreLayersThanCanBeMountedAreRefusedBeforeAnyIsFetched() throws Exception {
        byte[][] blobs = new byte[129][];
        for (int i = 0; i < blobs.length; i++) {
            blobs[i] = new TarBuilder().file("f" + i, "").build();
            server.blob("x", blobs[i]);
        }
        String config = Trial.config(PLATFORM.architecture(), blobs);
        server.blob("x", Trial.utf8(config));
        server.manifest("x", "1", MediaType.OCI_MANIFEST, Trial.manifest(config, blobs));
        try (Service service = new Service(temp)) {
            String said = assertThrows(ImageException.Unusable.class, () -> service.pull(new Cancellation()))
                    .getMessage();
            assertTrue(said.contains("129 layers, more than the 128"), said);
        }
        byte[][] endless = new byte[513][];
        Arrays.fill(endless, blobs[0]);
        String list = Trial.config(PLATFORM.architecture(), endless);
        server.blob("x", Trial.utf8(list));
        server.manifest("x", "1", MediaType.OCI_MANIFEST, Trial.manifest(list, endless));
        try (Service service = new Service(temp)) {
            String said = assertThrows(ImageException.Unusable.class, () -> service.pull(new Cancellation()))
                    .getMessage();
            assertTrue(said.contains("lists 513 layers, more than the 512"), said);
        }
        for (byte[] blob : blobs) {
            assertEquals(List.of(), server.requests("/v2/x/blobs/" + Digest.of(blob)));
        }
    }

    @Test
    void aLayerIsUnpackedWhileTheOneAboveStillComes() throws Exception {
        stalling.set(false);
        byte[] above = new TarBuilder().file("above", "1").build();
        String config = Trial.config(PLATFORM.architecture(), LAYER, above);
        server.blob("x", Trial.utf8(config));
        server.manifest("x", "1", MediaType.OCI_MANIFEST, Trial.manifest(config, LAYER, above));
        CountDownLatch firstUnpacked = new CountDownLatch(1);
        server.on("/v2/x/blobs/" + Digest.of(above), (request, wire) -> {
            assertTrue(firstUnpacked.await(30, TimeUnit.SECONDS), "the layer below waited for this one");
            FaultyRegistry.serving(above).answer(request, wire);
        });
        try (Service service = new Service(temp)) {
            PullListener listener = progress -> {
                if (progress.layer().equals(Digest.of(LAYER)) && progress.status() == PullProgress.Status.DONE) {
                    firstUnpacked.countDown();
                }
            };
            service.pull.pull(server.name("x:1"), PLATFORM, PullPolicy.ALWAYS, listener, new Cancellation());
            assertEquals(1, service.data.references().list().size());
        }
    }

    @Test
    void twoWhoWantTheSameImageShareOneDownload() throws Exception {
        try (Service service = new Service(temp)) {
            Pulls pulls = new Pulls(service.pull, threads, (name, image) -> {});
            try (Pulls.Waiting first = pulls.start(server.name("x:1"), PLATFORM, PullPolicy.ALWAYS, PullListener.NONE);
                    Pulls.Waiting second =
                            pulls.start(server.name("x:1"), PLATFORM, PullPolicy.ALWAYS, PullListener.NONE)) {
                assertEquals(1, pulls.list().size());
                assertEquals(first.id(), second.id());
                stalled.await();
                assertTrue(pulls.cancel(first.id()));
                assertThrows(ImageException.NotFetched.class, first::await);
                assertThrows(ImageException.NotFetched.class, second::await);
            }
            assertEquals(1, server.requests(BLOB).size());
        }
    }

    private static void awaitPartial(Path root) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < end) {
            try (var files = Files.walk(root)) {
                if (files.filter(Files::isRegularFile)
                        .anyMatch(file -> file.toFile().length() >= CUT / 2)) {
                    return;
                }
            } catch (java.io.UncheckedIOException moved) {
                // a file was renamed under our eyes
            }
            Thread.sleep(20);
        }
        throw new AssertionError("nothing was written");
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }
}
