package dev.berth.container;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What happened since the service started, the newest thousand kept. Sequence numbers begin at the time of the start, so that one that
 * an earlier service gave is lower than all of this one's: who comes back with it hears what it missed. Safe for many threads; listeners
 * must be quick.
 */
public final class Events {
    /** Those of API.md: a client may ask for one that only a later version will tell, so that it need not know the version. */
    public static final Set<String> TYPES = Set.of(
            "image.pulled",
            "image.loaded",
            "image.tagged",
            "image.untagged",
            "image.deleted",
            "container.created",
            "container.started",
            "container.exited",
            "container.oom",
            "container.paused",
            "container.unpaused",
            "container.renamed",
            "container.updated",
            "container.removed",
            "container.health",
            "port.added",
            "port.removed",
            "port.failed",
            "exec.started",
            "exec.exited",
            "volume.created",
            "volume.removed",
            "service.ready",
            "service.stopping");

    private static final int KEPT = 1_000;

    private final Clock clock;
    private final Deque<Event> past = new ArrayDeque<>();
    private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();
    private long sequence;

    public Events(Clock clock) {
        this.clock = clock;
        this.sequence = clock.millis();
    }

    public void publish(String type, String object, String name, Map<String, String> attributes) {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("no event has the type " + type);
        }
        synchronized (this) {
            Event event = new Event(++sequence, clock.instant(), type, object, name, attributes);
            past.addLast(event);
            if (past.size() > KEPT) {
                past.removeFirst();
            }
            listeners.forEach(listener -> listener.accept(event));
        }
    }

    /** Those that are kept and come after a sequence number, oldest first. */
    public synchronized List<Event> since(long after) {
        return past.stream().filter(event -> event.sequence() > after).toList();
    }

    /**
     * First the past after a sequence number, then each new one, without a gap, until closed.
     *
     * @param after a sequence number; {@link Long#MAX_VALUE} for no past
     */
    public synchronized AutoCloseable listen(long after, Consumer<Event> listener) {
        since(after).forEach(listener);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
