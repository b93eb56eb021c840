package dev.berth.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** The body of a request in chunks (RFC 9112 §7.1). It stops when the service answers before the end: it wants no more then. */
final class ChunkedOutput extends OutputStream {
    private static final byte[] LINE = {'\r', '\n'};

    private final OutputStream out;
    private final BooleanSupplier answered;
    private final byte[] buffer = new byte[64 * 1024];
    private int used;
    private long total;

    ChunkedOutput(OutputStream out, BooleanSupplier answered) {
        this.out = out;
        this.answered = answered;
    }

    /** The service takes no more; its answer says why. */
    static final class Stopped extends IOException {
        private static final long serialVersionUID = 1L;

        Stopped(IOException cause) {
            super(cause);
        }
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int count = Math.min(length - done, buffer.length - used);
            System.arraycopy(bytes, offset + done, buffer, used, count);
            used += count;
            done += count;
            if (used == buffer.length) {
                send();
            }
        }
    }

    /** How much has gone. */
    long total() {
        return total;
    }

    /** Sends what is left and the last chunk. */
    void finish() throws IOException {
        send();
        try {
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new Stopped(e);
        }
    }

    private void send() throws IOException {
        if (used == 0) {
            return;
        }
        if (answered.getAsBoolean()) {
            throw new Stopped(null);
        }
        try {
            out.write((Integer.toHexString(used) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(buffer, 0, used);
            out.write(LINE);
        } catch (IOException e) {
            throw new Stopped(e);
        }
        total += used;
        used = 0;
    }
}
