package dev.berth.access;

import java.time.Clock;
import java.time.Duration;

/**
 * Counts wrong tokens. Beyond the limit wrong ones are answered without a look; the right one still passes, so that another user of the
 * machine cannot lock the owner out.
 */
final class Attempts {
    private static final int MOST = 30;
    static final Duration WINDOW = Duration.ofMinutes(1);

    private final Clock clock;
    private long windowStart;
    private int failures;

    Attempts(Clock clock) {
        this.clock = clock;
    }

    /** Counts one more; true when there were too many of late. */
    synchronized boolean failedTooOften() {
        long now = clock.millis();
        if (now - windowStart >= WINDOW.toMillis()) {
            windowStart = now;
            failures = 0;
        }
        failures++;
        return failures > MOST;
    }
}
