package dev.berth.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** When a process started: pid and start time together name one process for ever, a pid alone is used again. */
final class StartTime {
    private static final int FIELD_AFTER_NAME = 19; // field 22 of proc_pid_stat(5), counted after "pid (name) "

    private StartTime() {}

    /** Clock ticks since boot; empty when there is no such process or only its zombie. */
    static Optional<Long> of(long pid) {
        try {
            String stat =
                    new String(Files.readAllBytes(Path.of("/proc/" + pid + "/stat")), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return fields[0].equals("Z") || fields[0].equals("X")
                    ? Optional.empty()
                    : Optional.of(Long.parseLong(fields[FIELD_AFTER_NAME]));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
