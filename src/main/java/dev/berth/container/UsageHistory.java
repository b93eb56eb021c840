package dev.berth.container;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What containers that run have used in the last half hour, a measurement each ten seconds. Safe for many threads. */
final class UsageHistory {
    static final Duration STEP = Duration.ofSeconds(10);
    static final Duration KEPT = Duration.ofMinutes(30);
    /** By so much a clock's tick may come early. */
    private static final Duration SLACK = Duration.ofMillis(500);

    private final Map<String, Deque<Usage>> measured = new HashMap<>();

    /** Keeps it, unless the last one that is kept is younger than a step. */
    synchronized void add(String container, Usage usage) {
        Deque<Usage> past = measured.computeIfAbsent(container, it -> new ArrayDeque<>());
        if (!past.isEmpty()
                && usage.time().isBefore(past.getLast().time().plus(STEP).minus(SLACK))) {
            return;
        }
        past.addLast(usage);
        while (past.getFirst().time().isBefore(usage.time().minus(KEPT))) {
            past.removeFirst();
        }
    }

    /** Forgets all others. */
    synchronized void retain(Set<String> containers) {
        measured.keySet().retainAll(containers);
    }

    /** @return what was measured of the container after this moment, oldest first */
    synchronized List<Usage> since(String container, Instant moment) {
        return measured.getOrDefault(container, new ArrayDeque<>()).stream()
                .filter(it -> it.time().isAfter(moment))
                .toList();
    }
}
