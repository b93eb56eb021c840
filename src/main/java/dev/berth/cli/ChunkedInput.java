package dev.berth.cli;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body in chunks (RFC 9112 §7.1). Hands out what has arrived, so that a line of a stream is seen when it is sent. */
final class ChunkedInput extends FilterInputStream {
    private long left;
    private boolean first = true;
    private boolean ended;

    ChunkedInput(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0 && !ended) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int count = in.read(into, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("the answer was cut off in the middle of a chunk");
        }
        left -= count;
        return count;
    }

    private void nextChunk() throws IOException {
        if (!first && !HttpResponse.readLine(in).isEmpty()) {
            throw new IOException("a chunk of the answer is longer than it says");
        }
        first = false;
        String size = HttpResponse.readLine(in).split(";", 2)[0].strip();
        if (!size.matches("[0-9a-fA-F]{1,15}")) {
            throw new IOException("this is not the size of a chunk: " + size);
        }
        left = Long.parseLong(size, 16);
        if (left == 0) {
            ended = true;
            for (String trailer = HttpResponse.readLine(in); !trailer.isEmpty(); trailer = HttpResponse.readLine(in)) {
                continue;
            }
        }
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(left, in.available());
    }
}
