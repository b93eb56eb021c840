package dev.berth.dashboard;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What waits to be sent on one socket. One message is under way at a time; of those that wait, a newer one of the same key takes the place
 * of the older, so that a slow tab gets the latest truth and not a queue of old ones. A tab that is slower than that is cut off: it
 * connects anew and begins with snapshots.
 *
 * <p>Safe for many threads.
 */
final class Outbox {
    private static final int MOST = 2_000;

    private final Function<String, CompletionStage<?>> send;
    private final Runnable cutOff;
    private final Map<Object, String> waiting = new LinkedHashMap<>();
    private boolean sending;
    private boolean closed;

    /** @param send sends one message; its stage ends when the next may follow */
    Outbox(Function<String, CompletionStage<?>> send, Runnable cutOff) {
        this.send = send;
        this.cutOff = cutOff;
    }

    /** A message that must arrive, in order. */
    void add(String message) {
        put(new Object(), message);
    }

    /** A message that a later one of the same key makes needless. */
    void put(Object key, String message) {
        boolean full;
        synchronized (this) {
            if (closed) {
                return;
            }
            waiting.put(key, message);
            full = waiting.size() > MOST;
            closed = full;
        }
        if (full) {
            cutOff.run();
        } else {
            next();
        }
    }

    /** Waits until few enough wait to be sent; for those that could fill it faster than any tab reads. */
    synchronized void awaitRoom(int few) throws InterruptedException {
        while (!closed && waiting.size() > few) {
            wait();
        }
    }

    synchronized void close() {
        closed = true;
        waiting.clear();
        notifyAll();
    }

    private void next() {
        String message;
        synchronized (this) {
            if (sending || waiting.isEmpty()) {
                return;
            }
            Iterator<String> oldest = waiting.values().iterator();
            message = oldest.next();
            oldest.remove();
            sending = true;
        }
        send.apply(message).whenComplete((done, failure) -> {
            synchronized (this) {
                sending = false;
                notifyAll();
                if (failure != null) {
                    closed = true;
                    waiting.clear();
                }
            }
            next();
        });
    }
}
