package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AudienceTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final Audience audience = new Audience();
    private final Runnable member = () -> {};

    @Test
    void somebodyIsExpectedAtFirstAndAfterTheLastHasLeft() {
        assertFalse(audience.isAwayFor(LONG));
        assertTrue(audience.isAwayFor(Duration.ZERO));
        audience.join(member);
        assertFalse(audience.isAwayFor(Duration.ZERO));
        audience.leave(member);
        assertFalse(audience.isAwayFor(LONG));
    }

    @Test
    void whereNobodyIsExpectedNobodyIsWaitedForUntilSomebodyJoins() {
        audience.expectNobody();
        assertTrue(audience.isAwayFor(LONG));
        audience.join(member);
        assertFalse(audience.isAwayFor(Duration.ZERO));
        audience.leave(member);
        assertFalse(audience.isAwayFor(LONG));
    }
}
