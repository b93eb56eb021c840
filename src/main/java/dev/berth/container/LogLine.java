package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.berth.launcher.LogEntry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A line of a log, or a piece of one that is very long; or, without text, a gap between two lines.
 *
 * @param time of its first byte
 * @param stream stdout or stderr; what a terminal shows is stdout
 * @param bytes as they were written, with the end of the line where it has one
 * @param skipped of a gap: so many bytes are missing here, since they were rotated away before they were read, or the disk was full
 */
public record LogLine(
        Instant time,
        String stream,
        @JsonIgnore byte[] bytes,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) long skipped) {
    static final String STDOUT = "stdout";
    static final String STDERR = "stderr";

    LogLine(Instant time, String stream, byte[] bytes) {
        this(time, stream, bytes, 0);
    }

    /** @param stream the one that is read; null = both */
    static LogLine gap(Instant time, String stream, long bytes) {
        return new LogLine(time, stream == null ? STDOUT : stream, new byte[0], bytes);
    }

    @JsonIgnore
    public boolean isGap() {
        return skipped > 0;
    }

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
