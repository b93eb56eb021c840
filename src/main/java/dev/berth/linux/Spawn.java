package dev.berth.linux;

import java.util.List;

/**
 * A program to start in a session of its own, with default signals, an empty signal mask, exactly the given
 * environment, and exactly the given descriptors: the i-th of {@code descriptors} becomes descriptor i of the child,
 * everything else is closed.
 *
 * @param path the program, or {@code /proc/self/fd/N} where N is the position of a descriptor in the list
 * @param newSession false keeps the program in the caller's session, for one that belongs to the caller's terminal
 */
public record Spawn(
        String path, List<String> arguments, List<String> environment, List<Integer> descriptors, boolean newSession) {
    /** What the contract's descriptors are moved above before they are put in place. */
    static final int ABOVE = 200;

    public Spawn {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
        descriptors = List.copyOf(descriptors);
        if (descriptors.size() >= ABOVE) {
            throw new IllegalArgumentException("a spawn passes fewer than %d descriptors".formatted(ABOVE));
        }
    }
}
