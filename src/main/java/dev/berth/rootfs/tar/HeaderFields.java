package dev.berth.rootfs.tar;

import java.math.BigInteger;
import java.util.Arrays;

/** Numbers and flags in a block of a tar archive. */
final class HeaderFields {
    private final byte[] block;

    HeaderFields(byte[] block) {
        this.block = block;
    }

    boolean isSet(int at) {
        return block[at] != 0;
    }

    long number(int at, int length) throws TarException {
        return (block[at] & 0x80) == 0 ? octal(at, length) : binary(at, length);
    }

    boolean flag(int at) {
        return block[at] != 0 && block[at] != '0';
    }

    private long octal(int at, int length) throws TarException {
        long value = 0;
        boolean started = false;
        boolean ended = false;
        for (int i = at; i < at + length; i++) {
            int c = block[i] & 0xff;
            if (c == ' ' || c == 0) {
                ended = started;
            } else if (c < '0' || c > '7' || ended) {
                throw new TarException("a number in a tar header is not octal");
            } else {
                started = true;
                value = value << 3 | (c - '0');
            }
        }
        return value;
    }

    /** GNU's base 256: two's complement, the first bit set as a mark. */
    private long binary(int at, int length) throws TarException {
        byte[] bytes = Arrays.copyOfRange(block, at, at + length);
        boolean negative = (bytes[0] & 0x40) != 0;
        bytes[0] = (byte) (negative ? bytes[0] | 0x80 : bytes[0] & 0x7f);
        BigInteger value = new BigInteger(bytes);
        if (value.bitLength() > 63) {
            throw new TarException("a number in a tar header is too large");
        }
        return value.longValue();
    }
}
