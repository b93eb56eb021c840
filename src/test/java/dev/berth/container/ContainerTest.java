package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ContainerTest {
    private static final Path RECORDS = Path.of("src/test/resources/records/1");
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    private final Container container = new Container(
            new ContainerRecords(new ContainerPaths(RECORDS, RECORDS)).all().get(0), ContainerState.RUNNING);

    private void end(int code) {
        container.record(container.record().ended(NOW, code, null, false));
        container.ended(ContainerState.EXITED);
    }

    @Test
    void anEndIsNotMissedForTheStartThatFollowsAtOnce() throws Exception {
        long before = container.ends();
        CompletableFuture<Boolean> waiter =
                CompletableFuture.supplyAsync(() -> Lifecycle.awaitEnd(container, before, Duration.ofSeconds(60)));
        synchronized (container) {
            end(9);
            container.record(container.record().started(NOW));
            container.state(ContainerState.STARTING);
        }
        assertTrue(waiter.get(60, TimeUnit.SECONDS));
        assertEquals(9, container.exitCode(before));
        assertFalse(container.runsOn(before));
        assertTrue(container.runsOn(container.ends()));
    }

    @Test
    void aStartThatFailsIsNoEnd() {
        end(3);
        long before = container.ends();
        container.state(ContainerState.STARTING);
        container.ended(ContainerState.EXITED);
        assertEquals(before, container.ends());
        assertEquals(3, container.exitCode(before));
    }
}
