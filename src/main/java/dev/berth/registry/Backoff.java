package dev.berth.registry;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** How long to wait before trying again. */
final class Backoff {

    private final Limits limits;
    private final RandomGenerator random;
    private final Clock clock;

    Backoff(Limits limits, RandomGenerator random, Clock clock) {
        this.limits = limits;
        this.random = random;
        this.clock = clock;
    }

    /** Exponential, with half of it by chance, so that many clients do not come back together. @param failures from 1 */
    Duration after(int failures) {
        long full = limits.backoff().toMillis() << Math.min(failures - 1, 20);
        long bounded = Math.min(full, limits.longestWait().toMillis());
        return Duration.ofMillis(bounded / 2 + random.nextLong(bounded / 2 + 1));
    }

    /** Reads Retry-After: seconds or a date (RFC 9110 §10.2.3). Empty when it cannot be read; never negative. */
    Optional<Duration> retryAfter(String header) {
        String value = header.strip();
        if (value.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
        }
        try {
            ZonedDateTime date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration wait = Duration.between(clock.instant(), date.toInstant());
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
