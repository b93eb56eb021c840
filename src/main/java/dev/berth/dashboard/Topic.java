package dev.berth.dashboard;

/** Something that a tab can watch. */
interface Topic {
    /** Whether this topic answers to the name, such as {@code containers} or {@code stats:<id>}. */
    boolean answersTo(String name);

    /**
     * Begins: first a snapshot, then each change, until what is returned is closed. What cannot be watched is said by
     * {@link Tab.Feed#refuse}.
     */
    AutoCloseable open(String name, Tab.Feed feed);

    /** What stands behind the colon of a topic's name. */
    static String object(String name) {
        return name.substring(name.indexOf(':') + 1);
    }
}
