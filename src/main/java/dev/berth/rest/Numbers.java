package dev.berth.rest;

/** Numbers in queries and paths. */
final class Numbers {
    private Numbers() {}

    static Integer orNull(String field, String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (!text.matches("\\d{1,9}")) {
            throw Refused.wrong(field, field + " \"" + text + "\" is no whole number");
        }
        return Integer.valueOf(text);
    }
}
