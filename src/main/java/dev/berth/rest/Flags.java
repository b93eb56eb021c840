package dev.berth.rest;

/** Yes or no in a query. */
final class Flags {
    private Flags() {}

    /** Absent is no; {@code ?name} alone is yes. */
    static boolean of(String name, String text) {
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.isEmpty() || text.equals("true")) {
            return true;
        }
        throw Refused.wrong(name, name + " \"" + text + "\" is neither true nor false");
    }
}
