package dev.berth.terminal;

import io.vertx.core.buffer.Buffer;

/** The frames that the server sends: one opcode byte, then the payload, big-endian (API.md). */
final class Frames {
    private Frames() {}

    static Buffer output(byte[] bytes, boolean stderr) {
        return Buffer.buffer(1 + bytes.length)
                .appendByte((byte) (stderr ? 2 : 1))
                .appendBytes(bytes);
    }

    static Buffer replayBegins(long offset, int columns, int rows) {
        return size(Buffer.buffer(13).appendByte((byte) 3).appendLong(offset), columns, rows);
    }

    static Buffer replayEnds(long offset) {
        return Buffer.buffer(9).appendByte((byte) 4).appendLong(offset);
    }

    static Buffer resized(int columns, int rows) {
        return size(Buffer.buffer(5).appendByte((byte) 5), columns, rows);
    }

    static Buffer exited(int code) {
        return Buffer.buffer(5).appendByte((byte) 6).appendInt(code);
    }

    static Buffer skipped(long bytes) {
        return Buffer.buffer(9).appendByte((byte) 7).appendLong(bytes);
    }

    static Buffer viewers(int count) {
        return Buffer.buffer(3).appendByte((byte) 9).appendUnsignedShort(Math.min(count, 0xffff));
    }

    static Buffer error(String problem) {
        return Buffer.buffer().appendByte((byte) 8).appendString(problem);
    }

    private static Buffer size(Buffer frame, int columns, int rows) {
        return frame.appendUnsignedShort(columns).appendUnsignedShort(rows);
    }
}
