package dev.berth.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.Syscalls;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import dev.berth.registry.Cancellation;
import dev.berth.registry.CredentialFiles;
import dev.berth.registry.Limits;
import dev.berth.registry.Registry;
import dev.berth.registry.RegistryException;
import dev.berth.rootfs.Layers;
import dev.berth.rootfs.Need;
import dev.berth.rootfs.Snapshots;
import dev.berth.rootfs.TarBuilder;
import dev.berth.rootfs.TestImage;
import dev.berth.store.DataDirectory;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from Debian's docker-registry into an empty store. */
class PullTest {
    private static final Platform AMD64 = Platform.parse("linux/amd64");

    @TempDir
    Path temp;

    private RealRegistry server;
    private Vertx vertx;
    private DataDirectory data;
    private Layers layers;
    private Registry registry;
    private ExecutorService workers;
    private Pull pull;
    private final List<PullProgress> progress = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void pushAnImageOfTwoLayers() throws Exception {
        Need.root();
        server = RealRegistry.start(temp.resolve("registry"));
        try (TestImage image = new TestImage(temp.resolve("source"))) {
            image.layer(new TarBuilder().file("base", "12345"))
                    .layer(new TarBuilder().file("a", "123"))
                    .tag("localhost/x:1");
            server.push(temp.resolve("source"), "localhost/x:1", "me/app:1");
        }
        vertx = Vertx.vertx();
        data = DataDirectory.open(temp.resolve("data"), Syscalls.linux());
        layers = new Layers(data, Syscalls.linux());
        registry = new Registry(vertx, new CredentialFiles(List.of(), java.util.Map.of()), Limits.DEFAULT);
        workers = Executors.newCachedThreadPool();
        Images images = new Images(data, layers, new Snapshots(data, Syscalls.linux()), List::of);
        pull = new Pull(data, registry, layers, images, workers);
    }

    @AfterEach
    void close() throws Exception {
        workers.shutdownNow();
        layers.close();
        registry.close();
        data.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
        server.close();
    }

    private StoredImage pull(String name) throws InterruptedException {
        return pull.pull(Reference.parse(name), AMD64, PullPolicy.ALWAYS, progress::add, new Cancellation());
    }

    @Test
    void aPulledImageIsHereWithItsLayersUnpacked() throws Exception {
        StoredImage image = pull(server.domain() + "/me/app:1");
        assertEquals(2, image.manifest().layers().size());
        assertTrue(layers.size(
                        image.config().diffIds().get(0),
                        dev.berth.oci.ChainId.of(image.config().diffIds().subList(0, 1)))
                .isPresent());
        assertEquals(
                List.of(PullProgress.Status.DONE, PullProgress.Status.DONE),
                progress.stream()
                        .map(PullProgress::status)
                        .filter(status -> status == PullProgress.Status.DONE)
                        .toList());
    }

    @Test
    void aSecondPullFindsEveryLayerHere() throws Exception {
        pull(server.domain() + "/me/app:1");
        progress.clear();
        pull(server.domain() + "/me/app:1");
        assertEquals(
                2,
                progress.stream()
                        .filter(one -> one.status() == PullProgress.Status.CACHED)
                        .count());
        assertEquals(
                0,
                progress.stream()
                        .filter(one -> one.status() == PullProgress.Status.DOWNLOADING)
                        .count());
    }

    @Test
    void anUnknownTagIsSaidWithTheTagsThatAreThere() {
        var failure = assertThrows(RegistryException.NotFound.class, () -> pull(server.domain() + "/me/app:2"));
        assertTrue(failure.getMessage().contains("has no tag 2; it has 1"), failure.getMessage());
    }

    @Test
    void anUnknownImageIsSaidAndNothingIsLeft() throws Exception {
        var failure = assertThrows(RegistryException.NotFound.class, () -> pull(server.domain() + "/me/other:1"));
        assertTrue(failure.getMessage().contains("has no image me/other"), failure.getMessage());
        assertTrue(data.references().list().isEmpty());
        try (var files = Files.walk(temp.resolve("data/blobs"))) {
            assertEquals(0, files.filter(Files::isRegularFile).count());
        }
    }

    @Test
    void anotherPlatformIsSaid() {
        var failure = assertThrows(
                RegistryException.NoPlatform.class,
                () -> pull.pull(
                        Reference.parse(server.domain() + "/me/app:1"),
                        Platform.parse("linux/s390x"),
                        PullPolicy.ALWAYS,
                        PullListener.NONE,
                        new Cancellation()));
        assertTrue(failure.getMessage().contains("available: linux/amd64"), failure.getMessage());
    }

    @Test
    void aRegistryThatIsNotThereIsSaid() throws Exception {
        int port;
        try (java.net.ServerSocket closed = new java.net.ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        var failure = assertThrows(RegistryException.Unreachable.class, () -> pull("localhost:" + port + "/me/app:1"));
        assertTrue(failure.getMessage().contains("connection refused"), failure.getMessage());
    }
}
