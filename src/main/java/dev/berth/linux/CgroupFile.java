package dev.berth.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The files of a control group. */
final class CgroupFile {
    private static final String UNLIMITED = "max";
    /** Version 1 says "no limit" by the largest number of pages. */
    private static final long BEYOND = 1L << 60;

    private CgroupFile() {}

    static void write(Path file, Object value) {
        try {
            Files.writeString(file, value.toString(), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw new CgroupException(file, reason(e), e);
        }
    }

    static String reason(IOException e) {
        return e instanceof FileSystemException named && named.getReason() != null
                ? named.getReason()
                : e.getClass().getSimpleName();
    }

    static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    /** Empty when there is no limit, or no such controller. */
    static Optional<Long> limit(Path file) throws IOException {
        try {
            String text = Files.readString(file).strip();
            return text.equals(UNLIMITED)
                    ? Optional.empty()
                    : Optional.of(Long.parseLong(text)).filter(limit -> limit < BEYOND);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    /** Lines of a name and a number. */
    static Map<String, Long> table(Path file) throws IOException {
        Map<String, Long> table = new HashMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
            int blank = line.lastIndexOf(' ');
            if (blank > 0) {
                table.put(line.substring(0, blank), Long.parseLong(line.substring(blank + 1)));
            }
        }
        return table;
    }
}
