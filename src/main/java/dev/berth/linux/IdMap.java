package dev.berth.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The uid or gid map of a user namespace.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/user_namespaces.7.html">user_namespaces(7)</a>
 */
public record IdMap(List<Extent> extents) {
    /** {@code count} ids from {@code inside} on are those of the parent from {@code outside} on. */
    public record Extent(long inside, long outside, long count) {}

    public IdMap {
        extents = List.copyOf(extents);
    }

    /** The map in a file such as {@code /proc/self/uid_map}. */
    public static IdMap read(Path file) {
        try {
            return new IdMap(Files.readAllLines(file).stream()
                    .filter(line -> !line.isBlank())
                    .map(IdMap::extent)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the id map " + file, e);
        }
    }

    private static Extent extent(String line) {
        String[] fields = line.trim().split("\\s+");
        return new Extent(Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]));
    }

    /** Whether the id exists inside the namespace. */
    public boolean contains(long id) {
        return extents.stream().anyMatch(e -> id >= e.inside() && id - e.inside() < e.count());
    }

    /** How many ids there are. */
    public long size() {
        return extents.stream().mapToLong(Extent::count).sum();
    }
}
