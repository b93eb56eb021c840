package dev.berth.launcher;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * How a program ended, as its monitor wrote it down.
 *
 * @param code 0 to 255; 128+n for signal n
 * @param signal 0 = none
 * @param reason empty, or a sentence when it was not the program's own end
 */
public record ExitRecord(int code, int signal, Instant time, String reason) {
    private static final String FILE = "exit";
    private static final long BILLION = 1_000_000_000;

    /** The record in a container's or session's directory; empty while the program runs, or when its monitor was killed. */
    public static Optional<ExitRecord> read(Path directory) {
        return RecordFile.read(directory.resolve(FILE), "berth-exit").map(file -> {
            long time = file.number("time");
            return new ExitRecord(
                    (int) file.number("code"),
                    (int) file.number("signal"),
                    Instant.ofEpochSecond(time / BILLION, time % BILLION),
                    file.text("reason"));
        });
    }
}
