package dev.berth.rootfs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names of layers that somebody is about to use, so that no collection takes them away. Thread-safe. */
final class LayerPins {
    private final Map<String, Integer> pins = new HashMap<>();

    /** Waits for a removal in progress; afterwards the layers that are there stay. May be called again for the same names. */
    synchronized void pin(List<String> names) {
        names.forEach(name -> pins.merge(name, 1, Integer::sum));
    }

    synchronized void unpin(List<String> names) {
        names.forEach(name -> pins.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1));
    }

    /** @return whether the removal was done */
    synchronized boolean unlessPinned(String name, Runnable removal) {
        if (pins.containsKey(name)) {
            return false;
        }
        removal.run();
        return true;
    }
}
