package dev.berth.container;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * What happened, the last ones of it. Sequences begin with the time of the service's start, so that they grow over restarts and
 * fit a double's 53 bits. For several threads at once.
 */
public final class Events {
    private static final int KEPT = 2048;
    private static final long SPACING = 1000;

    private final Deque<Event> kept = new ArrayDeque<>();
    private long last = Instant.now().toEpochMilli() * SPACING;

    public synchronized void publish(String type, String object, String name, Map<String, String> attributes) {
        kept.add(new Event(++last, Instant.now(), type, object, name, attributes));
        if (kept.size() > KEPT) {
            kept.remove();
        }
        notifyAll();
    }

    void publish(String type, Container container, Map<String, String> attributes) {
        publish(type, container.id().value(), container.name(), attributes);
    }

    /** The sequence of the newest event. */
    public synchronized long last() {
        return last;
    }

    /** The oldest that may still be asked for. */
    public synchronized long beforeFirst() {
        return kept.isEmpty() ? last : kept.peek().sequence() - 1;
    }

    /** Events after a sequence that are still kept; waits so long for the first when there is none. */
    public synchronized List<Event> after(long sequence, long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        while (last <= sequence) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return List.of();
            }
            wait(left);
        }
        return kept.stream().filter(event -> event.sequence() > sequence).toList();
    }
}
