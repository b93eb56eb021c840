package dev.berth.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Sizes and times for people. */
final class Human {
    private Human() {}

    /** Decimal units and three digits, as docker: {@code 7.8MB}. */
    static String size(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB", "PB"};
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        String number = unit == 0 || value >= 99.95
                ? Long.toString(Math.round(value))
                : String.format(Locale.ROOT, value >= 9.995 ? "%.1f" : "%.2f", value);
        return number + units[unit];
    }

    /** Since an RFC 3339 time: {@code 5 minutes}; empty for no time. */
    static String since(String time, Instant now) {
        try {
            return time.isEmpty() ? "" : duration(Duration.between(Instant.parse(time), now));
        } catch (DateTimeParseException e) {
            return time;
        }
    }

    static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 1) {
            return "less than a second";
        }
        long[] lengths = {365 * 86400L, 30 * 86400L, 7 * 86400L, 86400L, 3600L, 60L, 1L};
        String[] names = {"year", "month", "week", "day", "hour", "minute", "second"};
        int unit = 0;
        // Two of the larger unit read better than one: 90 seconds rather than "a minute".
        while (unit < lengths.length - 1 && seconds < 2 * lengths[unit]) {
            unit++;
        }
        long count = seconds / lengths[unit];
        return count + " " + names[unit] + (count == 1 ? "" : "s");
    }
}
