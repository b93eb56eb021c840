package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class AudienceTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final Audience audience = new Audience();
    private final Runnable member = () -> {};

    @Test
    void somebodyIsExpectedAtFirstAndAfterTheLastHasLeft() {
        assertFalse(audience.isAwayFor(LONG));
        assertTrue(audience.isAwayFor(Duration.ZERO));
        audience.join(member, false);
        assertFalse(audience.isAwayFor(Duration.ZERO));
        audience.leave(member);
        assertFalse(audience.isAwayFor(LONG));
    }

    @Test
    void whereNobodyIsExpectedNobodyIsWaitedForUntilSomebodyJoins() {
        audience.expectNobody();
        assertTrue(audience.isAwayFor(LONG));
        audience.join(member, false);
        assertFalse(audience.isAwayFor(Duration.ZERO));
        audience.leave(member);
        assertFalse(audience.isAwayFor(LONG));
    }

    @Test
    void whoIsAwaitedIsWaitedForUntilHeLeavesAndOthersForAWhile() {
        audience.join(member, false);
        assertFalse(audience.hasAwaited());
        audience.awaitNone(Duration.ZERO);
        Runnable reader = () -> {};
        audience.join(reader, true);
        assertTrue(audience.hasAwaited() && audience.hasEarly());
        audience.ended();
        assertTrue(audience.hasAwaited() && !audience.hasEarly(), "he reads the rest");
        CompletableFuture<Void> over = CompletableFuture.runAsync(() -> audience.awaitNone(Duration.ZERO));
        assertThrows(TimeoutException.class, () -> over.get(200, TimeUnit.MILLISECONDS));
        audience.leave(reader);
        assertDoesNotThrow(() -> over.get(10, TimeUnit.SECONDS));
    }
}
