package dev.berth.container;

import java.time.Instant;
import java.util.List;

/**
 * Which part of a log is wanted.
 *
 * @param tail the last lines; null = all
 * @param since null = from the beginning
 * @param until null = to the end
 * @param stream stdout or stderr; null = both
 * @param follow goes on until the container has ended
 */
public record LogQuery(Integer tail, Instant since, Instant until, String stream, boolean follow) {
    public LogQuery {
        if (tail != null) {
            Checks.range("tail", tail, 0, Integer.MAX_VALUE);
        }
        if (stream != null) {
            Checks.oneOf("stream", stream, List.of(LogLine.STDOUT, LogLine.STDERR));
        }
    }

    boolean wants(String stream, Instant time) {
        return (this.stream == null || this.stream.equals(stream)) && wants(time);
    }

    /** Of what may be of either stream. */
    boolean wants(Instant time) {
        return (since == null || !time.isBefore(since)) && (until == null || time.isBefore(until));
    }
}
