package dev.berth.oci;

import java.time.Duration;
import java.util.List;

/**
 * An image's health check, as docker writes it.
 *
 * @param test {@code CMD …}, {@code CMD-SHELL line}, {@code NONE}, or empty to inherit
 * @param retries zero, like a zero duration, means the default
 */
public record Healthcheck(
        List<String> test,
        Duration interval,
        Duration timeout,
        Duration startPeriod,
        Duration startInterval,
        int retries) {

    public Healthcheck {
        test = List.copyOf(test);
    }

    static Healthcheck read(Json json) {
        return new Healthcheck(
                json.texts("Test"),
                nanoseconds(json, "Interval"),
                nanoseconds(json, "Timeout"),
                nanoseconds(json, "StartPeriod"),
                nanoseconds(json, "StartInterval"),
                (int) Math.max(0, Math.min(Integer.MAX_VALUE, json.number("Retries", 0))));
    }

    private static Duration nanoseconds(Json json, String name) {
        return Duration.ofNanos(Math.max(0, json.number(name, 0)));
    }
}
