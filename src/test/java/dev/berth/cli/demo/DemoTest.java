package dev.berth.cli.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import dev.berth.registry.BlobSink;
import dev.berth.registry.Cancellation;
import dev.berth.registry.CredentialFiles;
import dev.berth.registry.Limits;
import dev.berth.registry.Registry;
import dev.berth.registry.RegistryException;
import dev.berth.registry.Resolved;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The demo's registry, asked by the client that pulls every other image. */
class DemoTest {
    private static final Busybox BUSYBOX =
            new Busybox("program".getBytes(StandardCharsets.UTF_8), List.of("bin/sh", "usr/bin/id"));

    private final Vertx vertx = Vertx.vertx();
    private final Registry client = new Registry(vertx, new CredentialFiles(List.of(), Map.of()), Limits.DEFAULT);
    private LoopbackRegistry server;
    private DemoImage image;

    @BeforeEach
    void serve() {
        server = LoopbackRegistry.start("demo", 0);
        image = DemoImage.of(BUSYBOX);
        server.put("latest", image);
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private Reference name(String rest) {
        return Reference.parse("localhost:" + server.port() + "/" + rest);
    }

    @Test
    void theImageIsForThisMachineAndRunsAShell() {
        Resolved found = client.resolve(name("demo"), Platform.host(), new Cancellation());
        assertEquals(image.manifest().digest(), found.manifest().digest());
        assertEquals(List.of("/bin/sh", "-l"), found.config().config().command());
        assertEquals(2, found.config().diffIds().size());
    }

    @Test
    void aLayerComesWholeAndFromTheMiddle() {
        Descriptor layer = image.layers().get(0).descriptor();
        byte[] all = image.layers().get(0).bytes();
        Bytes sink = new Bytes(new byte[0]);
        client.fetchBlob(name("demo"), layer, sink, new Cancellation());
        assertArrayEquals(all, sink.bytes.toByteArray());
        Bytes rest = new Bytes(java.util.Arrays.copyOf(all, 100));
        client.fetchBlob(name("demo"), layer, rest, new Cancellation());
        assertArrayEquals(all, rest.bytes.toByteArray());
        assertEquals(0, rest.restarts);
    }

    @Test
    void whatIsNotThereIsSaid() {
        String tag = assertThrows(
                        RegistryException.NotFound.class,
                        () -> client.resolve(name("demo:2"), Platform.host(), new Cancellation()))
                .getMessage();
        assertTrue(tag.endsWith("/demo has no tag 2; it has latest"), tag);
        String image = assertThrows(
                        RegistryException.NotFound.class,
                        () -> client.resolve(name("other"), Platform.host(), new Cancellation()))
                .getMessage();
        assertTrue(image.contains("has no image other"), image);
    }

    @Test
    void theSameBusyboxGivesTheSameImage() {
        assertEquals(image.manifest().digest(), DemoImage.of(BUSYBOX).manifest().digest());
    }

    @Test
    void aTakenPortIsNoObstacle() {
        try (LoopbackRegistry second = LoopbackRegistry.start("demo", server.port())) {
            assertTrue(second.port() != server.port());
        }
    }

    @Test
    void aProgramThatNeedsLibrariesIsNotServed() throws Exception {
        byte[] program =
                java.nio.file.Files.readAllBytes(java.nio.file.Path.of(System.getProperty("java.home"), "bin", "java"));
        assertFalse(Busybox.isStatic(program));
        assertFalse(Busybox.isStatic("#!/bin/sh\n".repeat(20).getBytes(StandardCharsets.UTF_8)));
    }

    private static final class Bytes implements BlobSink {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int restarts;

        Bytes(byte[] already) {
            bytes.writeBytes(already);
        }

        @Override
        public long offset() {
            return bytes.size();
        }

        @Override
        public void restart() {
            restarts++;
            bytes.reset();
        }

        @Override
        public void write(ByteBuffer buffer) {
            byte[] copy = new byte[buffer.remaining()];
            buffer.get(copy);
            bytes.writeBytes(copy);
        }

        @Override
        public void complete() {}
    }
}
