package dev.berth.rootfs;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Where paths lead that go through symlinks, as long as those are what they were: the kernel says nothing when a layer makes something
 * in the place of a lower layer's link, since its own directory has no such name. For one thread.
 */
final class Aliases {
    private static final int MOST = 64;

    private final Map<String, String> real = new HashMap<>();
    private final Set<String> links = new HashSet<>();

    /** The path itself when it is no alias that is known. */
    String resolve(String path) {
        return real.getOrDefault(path, path);
    }

    /** @param through real paths of the symlinks on the way */
    void put(String alias, String path, Collection<String> through) {
        if (real.size() >= MOST || links.size() >= MOST) {
            forget();
        }
        real.put(alias, path);
        links.addAll(through);
    }

    /** To be called when something is made at a real path. */
    void made(String path) {
        if (links.contains(path)) {
            forget();
        }
    }

    void forget() {
        real.clear();
        links.clear();
    }
}
