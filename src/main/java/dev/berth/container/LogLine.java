package dev.berth.container;

import java.time.Instant;

/**
 * A line of a log, without its end; of a terminal what was written up to a line's end.
 *
 * @param stream stdout or stderr
 */
public record LogLine(Instant time, String stream, String data) {}
