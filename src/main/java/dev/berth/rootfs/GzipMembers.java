package dev.berth.rootfs;

import dev.berth.rootfs.tar.TarException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A gzip stream of one or more members, with NULs at its end allowed. {@code java.util.zip.GZIPInputStream} may drop later members when
 * {@code available()} says 0, and commons-compress refuses the NULs.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1952">RFC 1952</a>
 */
final class GzipMembers extends InputStream {
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] input = new byte[64 * 1024];
    private int at;
    private int end;
    private boolean finished;

    GzipMembers(InputStream in) throws IOException {
        this.in = in;
        if (!member()) {
            throw new TarException("it is not a gzip stream");
        }
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
        try {
            while (!finished) {
                int count = inflater.inflate(into, offset, length);
                if (count > 0) {
                    crc.update(into, offset, count);
                    return count;
                }
                if (inflater.finished()) {
                    endMember();
                } else if (inflater.needsDictionary()) {
                    throw new TarException("its gzip stream is damaged");
                } else {
                    fill();
                    inflater.setInput(input, at, end - at);
                    at = end;
                }
            }
            return -1;
        } catch (DataFormatException damaged) {
            throw new TarException("its gzip stream is damaged");
        }
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }

    private void endMember() throws IOException {
        at = end - inflater.getRemaining();
        long stored = number32();
        long size = number32();
        if (stored != crc.getValue() || size != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw new TarException("its gzip stream is damaged: the checksum is wrong");
        }
        finished = !member();
    }

    /** Reads a member's header. @return false at the end of the stream */
    private boolean member() throws IOException {
        int first = next();
        if (first == 0 && afterMember()) {
            onlyZeros();
            return false;
        }
        if (first < 0) {
            return false;
        }
        if (first != 0x1f || required() != 0x8b || required() != 8) {
            throw new TarException("its gzip stream is damaged: something else follows a member");
        }
        int flags = required();
        skip(6);
        if ((flags & EXTRA) != 0) {
            skip(required() | required() << 8);
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CRC) != 0) {
            skip(2);
        }
        inflater.reset();
        inflater.setInput(input, at, end - at);
        at = end;
        crc.reset();
        return true;
    }

    private boolean afterMember() {
        return inflater.finished();
    }

    private void onlyZeros() throws IOException {
        for (int b = next(); b >= 0; b = next()) {
            if (b != 0) {
                throw new TarException("its gzip stream is damaged: something else follows a member");
            }
        }
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            required();
        }
    }

    private void skipText() throws IOException {
        while (required() != 0) {
            continue;
        }
    }

    private long number32() throws IOException {
        return required() | required() << 8 | required() << 16 | (long) required() << 24;
    }

    private int required() throws IOException {
        int value = next();
        if (value < 0) {
            throw new TarException("its gzip stream is cut off");
        }
        return value;
    }

    private int next() throws IOException {
        if (at == end) {
            end = Math.max(0, in.read(input, 0, input.length));
            at = 0;
            if (end == 0) {
                return -1;
            }
        }
        return input[at++] & 0xff;
    }

    private void fill() throws IOException {
        if (at == end) {
            end = Math.max(0, in.read(input, 0, input.length));
            at = 0;
            if (end == 0) {
                throw new TarException("its gzip stream is cut off");
            }
        }
    }
}
