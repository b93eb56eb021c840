package dev.berth.launcher;

import dev.berth.linux.TerminalSize;
import java.time.Instant;

/** What a container's log holds, and what a reader learns from it. */
public sealed interface LogEntry {
    /** The logical offset behind this entry: where the next one begins. */
    long end();

    /** Bytes that the program wrote. The array is not copied. */
    record Output(long end, Instant time, Stream stream, byte[] bytes) implements LogEntry {}

    /** The terminal got another size. */
    record Resized(long end, Instant time, TerminalSize size) implements LogEntry {}

    /** Bytes that the monitor could not write: the disk was full. */
    record Lost(long end, Instant time, long bytes) implements LogEntry {}

    /** Bytes that this reader came too late for: their file is rotated away. */
    record Skipped(long end, long bytes) implements LogEntry {}

    /** Where a program writes; a terminal's output counts as {@link #STDOUT}. */
    enum Stream {
        STDOUT,
        STDERR
    }
}
