package dev.berth.launcher;

import java.nio.ByteBuffer;
import java.time.Instant;

/** What stands before the bytes of a log record: their number, the kind, nanoseconds since 1970; big-endian. */
record LogRecordHeader(int length, int kind, long nanoseconds) {
    static final int SIZE = 13;
    static final int STDOUT = 1;
    static final int STDERR = 2;
    static final int RESIZE = 5;
    static final int GAP = 7;

    private static final long BILLION = 1_000_000_000;

    static LogRecordHeader read(ByteBuffer from) {
        return new LogRecordHeader(from.getInt(), from.get() & 0xff, from.getLong());
    }

    Instant time() {
        return Instant.ofEpochSecond(nanoseconds / BILLION, nanoseconds % BILLION);
    }

    boolean isOutput() {
        return kind == STDOUT || kind == STDERR;
    }
}
