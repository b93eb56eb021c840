package dev.berth.container;

import java.time.Instant;

/**
 * A line of output, or a piece of one that is very long.
 *
 * @param time of its first byte
 * @param stream stdout or stderr; a terminal's output is stdout
 * @param bytes with the line's end, when it has one
 */
public record LogLine(Instant time, String stream, byte[] bytes) {}
