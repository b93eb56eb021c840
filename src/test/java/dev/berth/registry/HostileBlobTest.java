package dev.berth.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.oci.Descriptor;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.oci.OciException;
import dev.berth.registry.Trial.Sink;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Blobs from registries and networks that misbehave: whole or refused, never wrong, never for ever. */
@Timeout(60)
class HostileBlobTest {
    private static final byte[] LAYER = Trial.random(300_000);
    private static final Descriptor DESCRIPTOR = Trial.layer(LAYER);
    private static final String PATH = "/v2/x/blobs/" + DESCRIPTOR.digest();

    private final Vertx vertx = Vertx.vertx();
    private final Registry client = new Registry(vertx, Trial.NOBODY, Trial.IMPATIENT);
    private final Sink sink = new Sink(DESCRIPTOR);
    private FaultyRegistry server;

    @BeforeEach
    void serve() throws Exception {
        server = new FaultyRegistry();
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private void fetch(Descriptor blob, BlobSink into) {
        client.fetchBlob(server.name("x"), blob, into, new Cancellation());
    }

    private void arrivesWhole() {
        fetch(DESCRIPTOR, sink);
        assertArrayEquals(LAYER, sink.bytes.toByteArray());
    }

    private <T extends Throwable> String refused(Class<T> kind) {
        return assertThrows(kind, () -> fetch(DESCRIPTOR, sink)).getMessage();
    }

    @Test
    void anEmptyBlobIsWholeAtOnce() {
        byte[] nothing = new byte[0];
        server.blob("x", nothing);
        Sink empty = new Sink(Trial.layer(nothing));
        fetch(Trial.layer(nothing), empty);
        assertEquals(0, empty.offset());
    }

    @Test
    void aConnectionCutNearTheEndIsResumedThere() {
        AtomicInteger calls = new AtomicInteger();
        server.on(PATH, (request, wire) -> {
            if (calls.incrementAndGet() == 1) {
                wire.head(200, "Content-Length: " + LAYER.length);
                wire.write(Arrays.copyOf(LAYER, 297_000));
            } else {
                FaultyRegistry.serving(LAYER).answer(request, wire);
            }
        });
        arrivesWhole();
        assertTrue(server.requests(PATH).get(1).header("Range").matches("bytes=[1-9][0-9]+-299999"));
        assertEquals(0, sink.restarts);
    }

    @Test
    void aResetIsResumed() {
        AtomicInteger calls = new AtomicInteger();
        server.on(PATH, (request, wire) -> {
            if (calls.incrementAndGet() <= 2) {
                wire.reset();
            } else {
                FaultyRegistry.serving(LAYER).answer(request, wire);
            }
        });
        arrivesWhole();
    }

    @Test
    void withoutALengthTheEndIsFoundByTheDescriptor() {
        server.on(PATH, (request, wire) -> {
            wire.head(200);
            wire.write(LAYER);
        });
        arrivesWhole();
    }

    @Test
    void aConnectionThatBreaksBehindTheLastByteHasBroughtTheBlob() {
        server.on(PATH, (request, wire) -> {
            wire.head(200, "Transfer-Encoding: chunked");
            wire.raw(Integer.toHexString(LAYER.length) + "\r\n");
            wire.write(LAYER);
            // What has not been read when the connection breaks may be lost.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (sink.bytes.size() < LAYER.length && System.nanoTime() < deadline) {
                Thread.sleep(5);
            }
        });
        arrivesWhole();
        assertEquals(1, server.requests(PATH).size());
    }

    @Test
    void theSameBytesOverAndOverAreNoProgress() {
        byte[] large = Trial.random(3_000_000);
        Descriptor blob = Trial.layer(large);
        String path = "/v2/x/blobs/" + blob.digest();
        server.on(path, (request, wire) -> {
            wire.head(200, "Content-Length: " + large.length);
            wire.write(Arrays.copyOf(large, 2_000_000));
        });
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThrows(RegistryException.Unreachable.class, () -> fetch(blob, new Sink(blob))));
        assertEquals(4, server.requests(path).size());
    }

    @Test
    void withoutALengthAnEarlyEndIsNoticed() {
        AtomicInteger calls = new AtomicInteger();
        server.on(PATH, (request, wire) -> {
            if (calls.incrementAndGet() == 1) {
                wire.head(200);
                wire.write(Arrays.copyOf(LAYER, 1000));
            } else {
                FaultyRegistry.serving(LAYER).answer(request, wire);
            }
        });
        arrivesWhole();
    }

    @Test
    void aWholeAnswerToARangeStartsOver() {
        server.on(PATH, (request, wire) -> wire.reply(200, LAYER));
        Sink half = new Sink(DESCRIPTOR, Arrays.copyOf(LAYER, 150_000));
        fetch(DESCRIPTOR, half);
        assertArrayEquals(LAYER, half.bytes.toByteArray());
        assertEquals(1, half.restarts);
    }

    @Test
    void aWrongRangeIsNotTakenForTheRightOne() {
        server.on(PATH, (request, wire) -> {
            if (FaultyRegistry.offset(request) == 0) {
                wire.reply(200, LAYER);
            } else {
                wire.reply(206, Arrays.copyOfRange(LAYER, 0, 150_000), "Content-Range: bytes 0-149999/300000");
            }
        });
        Sink half = new Sink(DESCRIPTOR, Arrays.copyOf(LAYER, 150_000));
        fetch(DESCRIPTOR, half);
        assertArrayEquals(LAYER, half.bytes.toByteArray());
    }

    @Test
    void aRangeThatCannotBeServedStartsOver() {
        server.on(PATH, (request, wire) -> {
            if (FaultyRegistry.offset(request) == 0) {
                wire.reply(200, LAYER);
            } else {
                wire.reply(416, "");
            }
        });
        Sink half = new Sink(DESCRIPTOR, Arrays.copyOf(LAYER, 150_000));
        fetch(DESCRIPTOR, half);
        assertArrayEquals(LAYER, half.bytes.toByteArray());
    }

    @Test
    void aPartNobodyAskedForIsRefused() {
        server.on(
                PATH, (request, wire) -> wire.reply(206, Arrays.copyOf(LAYER, 10), "Content-Range: bytes 0-9/300000"));
        assertTrue(refused(RegistryException.BadAnswer.class).contains("another range"));
    }

    @Test
    void wrongBytesFromAnEarlierTransferAreFetchedAgain() {
        server.on(PATH, FaultyRegistry.serving(LAYER));
        Sink wrong = new Sink(DESCRIPTOR, new byte[1000]);
        fetch(DESCRIPTOR, wrong);
        assertArrayEquals(LAYER, wrong.bytes.toByteArray());
    }

    @Test
    void otherBytesAreRefused() {
        server.on(PATH, (request, wire) -> wire.reply(200, new byte[LAYER.length]));
        refused(OciException.Mismatch.class);
        assertEquals(1, server.requests(PATH).size());
    }

    @Test
    void aLengthThatContradictsTheDescriptorIsRefusedBeforeAnyByte() {
        server.on(PATH, (request, wire) -> wire.reply(200, Arrays.copyOf(LAYER, 1000)));
        assertTrue(refused(OciException.Mismatch.class).contains("1000 bytes instead of 300000"));
        assertEquals(0, sink.offset());
    }

    @Test
    void anEndlessBodyIsCutAtTheDescriptorsSize() {
        AtomicLong sent = new AtomicLong();
        server.on(PATH, (request, wire) -> {
            wire.head(200);
            while (true) {
                wire.write(new byte[8192]);
                sent.addAndGet(8192);
            }
        });
        assertTrue(refused(RegistryException.BadAnswer.class).contains("longer than the 300000 bytes"));
        assertTrue(sink.offset() <= LAYER.length);
    }

    @Test
    void silenceInTheMiddleEndsAfterTheLastAttempt() {
        server.on(PATH, (request, wire) -> {
            wire.head(200, "Content-Length: " + LAYER.length);
            wire.write(Arrays.copyOf(LAYER, 1000));
            Thread.sleep(20_000);
        });
        String said = refused(RegistryException.Unreachable.class);
        assertTrue(said.contains("sent nothing for 500 ms"), said);
        assertEquals(4, server.requests(PATH).size());
    }

    @Test
    void aTrickleIsCutOff() {
        server.on(PATH, (request, wire) -> {
            int from = FaultyRegistry.offset(request);
            wire.head(
                    from == 0 ? 200 : 206,
                    "Content-Length: " + (LAYER.length - from),
                    FaultyRegistry.range(from, LAYER.length));
            for (int i = 0; i < 1000; i++) {
                wire.write(new byte[1]);
                Thread.sleep(50);
            }
        });
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            String said = refused(RegistryException.Unreachable.class);
            assertTrue(said.contains("sent only"), said);
        });
    }

    @Test
    void headersThatNeverEndAreNotWaitedFor() {
        server.on(PATH, (request, wire) -> {
            wire.raw("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 400; i++) {
                wire.raw("X-" + i + ": 1\r\n");
                Thread.sleep(50);
            }
        });
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> refused(RegistryException.Unreachable.class));
    }

    @Test
    void aBusyRegistryIsAskedAgain() {
        AtomicInteger calls = new AtomicInteger();
        server.on(PATH, (request, wire) -> {
            if (calls.incrementAndGet() < 4) {
                wire.reply(503, "");
            } else {
                wire.reply(200, LAYER);
            }
        });
        arrivesWhole();
    }

    @Test
    void aRegistryThatStaysBrokenIsSaidAfterTheLastAttempt() {
        server.on(PATH, (request, wire) -> wire.reply(502, "<html>"));
        assertTrue(refused(RegistryException.Unreachable.class).contains("answers 502"));
        assertEquals(4, server.requests(PATH).size());
    }

    @Test
    void tooManyRequestsWaitsForAsManySecondsAsAsked() {
        AtomicInteger calls = new AtomicInteger();
        server.on(PATH, (request, wire) -> {
            if (calls.incrementAndGet() == 1) {
                wire.reply(429, "", "Retry-After: 1");
            } else {
                wire.reply(200, LAYER);
            }
        });
        long start = System.nanoTime();
        arrivesWhole();
        assertTrue(System.nanoTime() - start >= Duration.ofSeconds(1).toNanos());
    }

    @Test
    void tooManyRequestsWaitsUntilTheDateAsked() {
        AtomicInteger calls = new AtomicInteger();
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(2));
        server.on(PATH, (request, wire) -> {
            if (calls.incrementAndGet() == 1) {
                wire.reply(429, "", "Retry-After: " + date);
            } else {
                wire.reply(200, LAYER);
            }
        });
        long start = System.nanoTime();
        arrivesWhole();
        assertTrue(System.nanoTime() - start >= Duration.ofMillis(500).toNanos());
    }

    @Test
    void tooManyRequestsForAnHourIsSaidAtOnce() {
        server.on(PATH, (request, wire) -> wire.reply(429, "", "Retry-After: 3600"));
        assertTrue(refused(RegistryException.TooManyRequests.class).contains("3600 seconds"));
        assertEquals(1, server.requests(PATH).size());
    }

    @Test
    void tooManyRequestsWithoutATimeIsSaidWithoutOne() {
        server.on(PATH, (request, wire) -> wire.reply(429, ""));
        String said = refused(RegistryException.TooManyRequests.class);
        assertTrue(said.contains("try again later, or sign in"), said);
    }

    @Test
    void redirectsAreFollowedToTheirEnd() throws Exception {
        try (FaultyRegistry storage = new FaultyRegistry()) {
            storage.on("/signed", FaultyRegistry.serving(LAYER));
            server.on(PATH, (request, wire) -> wire.reply(307, "", "Location: " + storage.url() + "/signed?key=a%2Fb"));
            arrivesWhole();
            assertEquals("/signed?key=a%2Fb", storage.requests.get(0).path());
        }
    }

    @Test
    void aRedirectLoopEnds() {
        server.on(PATH, (request, wire) -> wire.reply(302, "", "Location: " + PATH));
        assertTrue(refused(RegistryException.BadAnswer.class).contains("in a circle"));
    }

    @Test
    void aRedirectOffThisMachineWithoutEncryptionIsNotFollowed() {
        server.on(PATH, (request, wire) -> wire.reply(307, "", "Location: http://registry.example/x"));
        assertTrue(refused(RegistryException.BadAnswer.class).contains("plain HTTP"));
    }

    @Test
    void aRedirectToAPortThatNoServerHasIsRefused() {
        server.on(PATH, (request, wire) -> wire.reply(307, "", "Location: https://127.0.0.1:70000/x"));
        assertTrue(refused(RegistryException.BadAnswer.class).contains("to what is no address"));
    }

    @Test
    void anExpiredAddressIsAskedForAnew() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        server.on("/old", (request, wire) -> wire.reply(403, ""));
        server.on("/new", FaultyRegistry.serving(LAYER));
        try (FaultyRegistry storage = new FaultyRegistry()) {
            storage.on("/old", (request, wire) -> wire.reply(403, ""));
            storage.on("/new", FaultyRegistry.serving(LAYER));
            server.on(
                    PATH,
                    (request, wire) -> wire.reply(
                            307, "", "Location: " + storage.url() + (calls.incrementAndGet() == 1 ? "/old" : "/new")));
            arrivesWhole();
        }
    }

    @Test
    void aForeignLayerComesFromItsOwnAddressWithoutCredentials() throws Exception {
        try (FaultyRegistry elsewhere = new FaultyRegistry()) {
            elsewhere.on("/layer", FaultyRegistry.serving(LAYER));
            Descriptor foreign = new Descriptor(
                    MediaType.DOCKER_FOREIGN_LAYER,
                    DESCRIPTOR.digest(),
                    LAYER.length,
                    List.of("file:///etc/passwd", "https://127.0.0.1:70000/", elsewhere.url() + "/layer"),
                    Map.of(),
                    Optional.empty());
            fetch(foreign, sink);
            assertArrayEquals(LAYER, sink.bytes.toByteArray());
            assertEquals("", elsewhere.requests.get(0).header("Authorization"));
        }
    }

    @Test
    void aForeignLayerThatItsAddressesDoNotHaveComesFromTheRegistry() throws Exception {
        byte[] other = LAYER.clone();
        other[0]++;
        server.on(PATH, FaultyRegistry.serving(LAYER));
        try (FaultyRegistry elsewhere = new FaultyRegistry()) {
            elsewhere.on("/page", (request, wire) -> wire.reply(200, "this moved"));
            elsewhere.on("/other", FaultyRegistry.serving(other));
            elsewhere.on("/busy", (request, wire) -> wire.reply(429, "", "Retry-After: 86400"));
            fetch(foreign(elsewhere, "/page", "/other", "/busy"), sink);
            assertArrayEquals(LAYER, sink.bytes.toByteArray());
            assertEquals(3, elsewhere.requests.size());
        }
    }

    @Test
    void aForeignLayerResumedWithWrongBytesIsFetchedAnewFromItsAddress() throws Exception {
        try (FaultyRegistry elsewhere = new FaultyRegistry()) {
            elsewhere.on("/layer", FaultyRegistry.serving(LAYER));
            Sink begun = new Sink(DESCRIPTOR, (byte) (LAYER[0] + 1));
            fetch(foreign(elsewhere, "/layer"), begun);
            assertArrayEquals(LAYER, begun.bytes.toByteArray());
        }
    }

    private static Descriptor foreign(FaultyRegistry elsewhere, String... paths) {
        return new Descriptor(
                MediaType.DOCKER_FOREIGN_LAYER,
                DESCRIPTOR.digest(),
                LAYER.length,
                Arrays.stream(paths).map(path -> elsewhere.url() + path).toList(),
                Map.of(),
                Optional.empty());
    }

    @Test
    void aBlobTheRegistryLostIsSaid() {
        assertTrue(refused(RegistryException.NotFound.class).contains("must be pushed again"));
    }

    @Test
    void aSlowDiskHoldsTheSenderBack() throws Exception {
        byte[] big = new byte[64 << 20];
        Descriptor blob = Trial.layer(big);
        AtomicLong sent = new AtomicLong();
        server.on("/v2/x/blobs/" + blob.digest(), (request, wire) -> {
            wire.head(200, "Content-Length: " + big.length);
            for (int at = 0; at < big.length; at += 1 << 16) {
                wire.write(Arrays.copyOfRange(big, at, at + (1 << 16)));
                sent.addAndGet(1 << 16);
            }
        });
        CountDownLatch disk = new CountDownLatch(1);
        AtomicLong written = new AtomicLong();
        BlobSink slow = new Sink(blob) {
            @Override
            public long offset() {
                return written.get();
            }

            @Override
            public void write(ByteBuffer bytes) {
                try {
                    disk.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                written.addAndGet(bytes.remaining());
            }

            @Override
            public void complete() {}
        };
        CompletableFuture<Void> fetch = CompletableFuture.runAsync(() -> fetch(blob, slow));
        Thread.sleep(2000);
        // what the kernel's socket buffers and a few of ours hold
        assertTrue(sent.get() < 20 << 20, "sent " + sent.get());
        disk.countDown();
        fetch.get(30, TimeUnit.SECONDS);
        assertEquals(big.length, written.get());
    }

    @Test
    void cancellingEndsATransferAtOnceAndKeepsWhatCame() throws Exception {
        server.on(PATH, (request, wire) -> {
            wire.head(200, "Content-Length: " + LAYER.length);
            wire.write(Arrays.copyOf(LAYER, 1000));
            Thread.sleep(20_000);
        });
        Registry patient = new Registry(vertx, Trial.NOBODY, Limits.DEFAULT);
        Cancellation cancellation = new Cancellation();
        CompletableFuture<Void> fetch =
                CompletableFuture.runAsync(() -> patient.fetchBlob(server.name("x"), DESCRIPTOR, sink, cancellation));
        while (sink.offset() < 1000) {
            Thread.sleep(10);
        }
        long start = System.nanoTime();
        cancellation.cancel();
        Throwable failure = assertThrows(Exception.class, () -> fetch.get(10, TimeUnit.SECONDS))
                .getCause();
        assertTrue(failure instanceof RegistryException.Cancelled, failure::toString);
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(1).toNanos());
        assertEquals(1000, sink.offset());
        patient.close();
    }

    @Test
    void noMoreThanSixComeAtOnce() throws Exception {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            byte[] bytes = Trial.random(100 + i);
            server.on("/v2/x/blobs/" + Digest.of(bytes), (request, wire) -> {
                Thread.sleep(100);
                wire.reply(200, bytes);
            });
            var pool = java.util.concurrent.Executors.newSingleThreadExecutor();
            all.add(CompletableFuture.runAsync(() -> fetch(Trial.layer(bytes), new Sink(Trial.layer(bytes))), pool));
        }
        for (CompletableFuture<Void> one : all) {
            one.get(30, TimeUnit.SECONDS);
        }
        assertTrue(server.mostOpen.get() <= 6, "open at once: " + server.mostOpen);
    }
}
