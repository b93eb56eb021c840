package dev.berth.rest;

/** A whole number in a query or a path, as it was written. */
public record Whole(String text) {
    /** Absent is null. */
    static Integer orNull(String field, Whole number) {
        if (number == null || number.text().isEmpty()) {
            return null;
        }
        if (!number.text().matches("[0-9]{1,9}")) {
            throw Refused.wrong(field, field + " \"" + number.text() + "\" is no whole number of 0 to 999999999");
        }
        return Integer.valueOf(number.text());
    }
}
