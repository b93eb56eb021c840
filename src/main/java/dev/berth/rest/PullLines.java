package dev.berth.rest;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a client of a pull is still to be told. One who reads slowly gets of each layer and status what came last. Thread-safe. */
final class PullLines {
    private final Map<Object, Object> waiting = new LinkedHashMap<>();

    synchronized void progress(PullsResource.Line line) {
        add(line.layer() + ' ' + line.status(), line);
    }

    /** The last line. */
    synchronized void end(Object line) {
        add(line, line);
    }

    private void add(Object key, Object line) {
        waiting.put(key, line);
        notifyAll();
    }

    /** Waits for the next one. */
    synchronized Object take() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        Iterator<Object> lines = waiting.values().iterator();
        Object line = lines.next();
        lines.remove();
        return line;
    }
}
