package dev.berth.rest;

/** Yes or no in a query, as it was written. */
public record Flag(String text) {
    /** Absent is no. So is {@code ?name} alone: the framework takes a parameter without a value for one that is not there. */
    static boolean of(String name, Flag flag) {
        if (flag == null || flag.text().equals("false")) {
            return false;
        }
        if (flag.text().equals("true")) {
            return true;
        }
        throw Refused.wrong(name, name + " \"" + flag.text() + "\" is neither true nor false");
    }
}
