package dev.berth.files;

import dev.berth.linux.Stat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Under which name a file with several was packed first. Forgets a file when its last name has come, and takes in no more than a number:
 * beyond it, names become files of their own, for a hostile tree must not fill the memory.
 */
final class LinkMemory {
    private static final int MOST = 50_000;

    private final Map<List<Long>, First> files = new HashMap<>();

    private static final class First {
        private final String name;
        private long left;

        First(String name, long left) {
            this.name = name;
            this.left = left;
        }
    }

    /** @return the earlier name of the same file; null when this is the first */
    String earlier(Stat stat, String name) {
        if (stat.links() < 2 || stat.isDirectory()) {
            return null;
        }
        List<Long> key = List.of(stat.device(), stat.inode());
        First first = files.get(key);
        if (first == null) {
            if (files.size() < MOST) {
                files.put(key, new First(name, stat.links() - 1L));
            }
            return null;
        }
        if (--first.left == 0) {
            files.remove(key);
        }
        return first.name;
    }
}
