package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.berth.launcher.LogEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A line of a log, or a piece of one that is very long.
 *
 * @param time of its first byte
 * @param stream stdout or stderr; what a terminal shows is stdout
 * @param bytes as they were written, with the end of the line where it has one
 */
public record LogLine(
        Instant time, String stream, @JsonIgnore byte[] bytes) {
    static final String STDOUT = "stdout";
    static final String STDERR = "stderr";

    static String name(LogEntry.Stream stream) {
        return stream == LogEntry.Stream.STDERR ? STDERR : STDOUT;
    }

    /** As text, without the end of the line. */
    @JsonProperty
    public String data() {
        int end = bytes.length;
        if (end > 0 && bytes[end - 1] == '\n') {
            end--;
        }
        if (end > 0 && bytes[end - 1] == '\r') {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
