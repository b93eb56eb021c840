package dev.berth.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The subordinate ids of a user.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/subuid.5.html">subuid(5)</a>
 */
public record SubIds(List<Range> ranges) {
    /** {@code count} ids from {@code first} on. */
    public record Range(long first, long count) {}

    public SubIds {
        ranges = List.copyOf(ranges);
    }

    /** What a file such as {@code /etc/subuid} gives the user, by name or number; none where there is no such file. */
    public static SubIds read(Path file, String user, int uid) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return new SubIds(List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the subordinate ids in " + file, e);
        }
        List<Range> ranges = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.trim().split(":");
            if (fields.length == 3 && (fields[0].equals(user) || fields[0].equals(Integer.toString(uid)))) {
                add(ranges, fields);
            }
        }
        return new SubIds(ranges);
    }

    /** newuidmap ignores a line that is not of numbers; so does this. */
    private static void add(List<Range> ranges, String[] fields) {
        try {
            Range range = new Range(Long.parseLong(fields[1]), Long.parseLong(fields[2]));
            if (range.count() > 0 && range.first() >= 0) {
                ranges.add(range);
            }
        } catch (NumberFormatException e) {
            return;
        }
    }

    /** How many ids there are. */
    public long size() {
        return ranges.stream().mapToLong(Range::count).sum();
    }
}
