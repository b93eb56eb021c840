package dev.berth.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A small file of berth-init's: a first line of kind and version, then lines of a key and a text. */
record RecordFile(Path path, Map<String, String> values) {
    private static final String VERSION = "1";

    static Optional<RecordFile> read(Path path, String kind) {
        List<String> lines;
        try {
            lines = Files.readAllLines(path);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
        if (lines.isEmpty()) {
            return Optional
                    .empty(); // written without a sync, and the machine was stopped before its bytes were on the disk
        }
        Map<String, String> values = new HashMap<>();
        for (String line : lines) {
            int blank = line.indexOf(' ');
            if (blank > 0) {
                values.put(line.substring(0, blank), line.substring(blank + 1));
            }
        }
        if (!VERSION.equals(values.get(kind))) {
            throw new UncheckedIOException(
                    new IOException("%s is no %s record of version %s: this Berth knows no other; a newer one may"
                            .formatted(path, kind, VERSION)));
        }
        return Optional.of(new RecordFile(path, values));
    }

    /** Empty when there is no such line. */
    String text(String key) {
        return values.getOrDefault(key, "");
    }

    long number(String key) {
        try {
            return Long.parseLong(text(key).strip());
        } catch (NumberFormatException e) {
            throw new UncheckedIOException(new IOException("%s has no number '%s'".formatted(path, key)));
        }
    }
}
