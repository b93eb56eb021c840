package dev.berth.rest;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** A moment in a query, as it was written. */
public record Time(String text) {
    /** RFC 3339, or seconds since 1970. Absent is null. */
    static Instant orNull(String field, Time time) {
        if (time == null || time.text().isEmpty()) {
            return null;
        }
        try {
            // A + that was not escaped arrives as a space.
            return time.text().matches("[0-9]{1,11}")
                    ? Instant.ofEpochSecond(Long.parseLong(time.text()))
                    : OffsetDateTime.parse(time.text().replace(' ', '+')).toInstant();
        } catch (DateTimeParseException e) {
            throw Refused.wrong(field, field + " \"" + time.text() + "\" is no time such as 2026-01-31T12:00:00Z");
        }
    }
}
