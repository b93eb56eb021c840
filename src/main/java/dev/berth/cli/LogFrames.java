package dev.berth.cli;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A log as frames that tell the streams apart: an opcode of attaching, the length as four bytes, big-endian, and the bytes. */
final class LogFrames {
    static final String TYPE = "application/vnd.berth.frames";

    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int SKIPPED = 7;
    private static final int BUFFER = 32 * 1024;

    private final DataInputStream in;
    private final OutputStream out;
    private final OutputStream err;
    private final byte[] buffer = new byte[BUFFER];

    LogFrames(InputStream in, OutputStream out, OutputStream err) {
        this.in = new DataInputStream(in);
        this.out = new BufferedOutputStream(out, BUFFER);
        this.err = new BufferedOutputStream(err, BUFFER);
    }

    /** To the end; what was written to both arrives in its order. */
    void copy() throws IOException {
        OutputStream last = out;
        for (int opcode = in.read(); opcode >= 0; opcode = in.read()) {
            OutputStream to = opcode == STDOUT ? out : err;
            if (to != last) {
                flush(last);
            }
            int length = in.readInt();
            switch (opcode) {
                case STDOUT, STDERR -> copy(length, to);
                case SKIPPED -> write(to, skipped(in.readLong()));
                default -> in.skipNBytes(length); // of a newer service
            }
            if (in.available() == 0) {
                flush(to);
            }
            last = to;
        }
        flush(last);
    }

    /** What is not in frames, to standard output. */
    void copyText() throws IOException {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            write(out, buffer, count);
            flush(out);
        }
    }

    /** As attaching says it. */
    private static byte[] skipped(long bytes) {
        return ("[berth: " + bytes + " bytes of output were missed here]\n").getBytes(StandardCharsets.US_ASCII);
    }

    private void copy(int length, OutputStream to) throws IOException {
        for (int left = length; left > 0; ) {
            int count = Math.min(left, BUFFER);
            in.readFully(buffer, 0, count);
            write(to, buffer, count);
            left -= count;
        }
    }

    private static void write(OutputStream to, byte[] bytes) {
        write(to, bytes, bytes.length);
    }

    private static void write(OutputStream to, byte[] bytes, int count) {
        try {
            to.write(bytes, 0, count);
        } catch (IOException e) {
            throw new BrokenPipe();
        }
    }

    private static void flush(OutputStream to) {
        try {
            to.flush();
        } catch (IOException e) {
            throw new BrokenPipe();
        }
    }
}
