package dev.berth.rootfs.tar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The fields of a 512-byte tar header: V7, POSIX ustar, star and old GNU. */
final class HeaderBlock {
    static final int SIZE = 512;

    private final byte[] block;
    private final HeaderFields fields;

    /** @throws TarException when the checksum is wrong: this is no tar header */
    HeaderBlock(byte[] block) throws TarException {
        this.block = block;
        this.fields = new HeaderFields(block);
        long stored;
        try {
            stored = fields.number(148, 8);
        } catch (TarException noNumber) {
            throw new TarException("it is not a tar archive, or a damaged one");
        }
        if (stored != sum(false) && stored != sum(true)) {
            throw new TarException("it is not a tar archive, or a damaged one");
        }
    }

    static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    char type() {
        return (char) (block[156] & 0xff);
    }

    String name() {
        String name = text(0, 100);
        String prefix = prefix();
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    String link() {
        return text(157, 100);
    }

    long mode() throws TarException {
        return fields.number(100, 8);
    }

    long uid() throws TarException {
        return fields.number(108, 8);
    }

    long gid() throws TarException {
        return fields.number(116, 8);
    }

    long size() throws TarException {
        return fields.number(124, 12);
    }

    long modified() throws TarException {
        return fields.number(136, 12);
    }

    boolean isGnu() {
        return Arrays.equals(block, 257, 265, "ustar  \0".getBytes(StandardCharsets.US_ASCII), 0, 8);
    }

    HeaderFields fields() {
        return fields;
    }

    private String prefix() {
        if (!Arrays.equals(block, 257, 263, "ustar\0".getBytes(StandardCharsets.US_ASCII), 0, 6)) {
            return "";
        }
        boolean star = Arrays.equals(block, 508, 512, "tar\0".getBytes(StandardCharsets.US_ASCII), 0, 4);
        return text(345, star ? 131 : 155);
    }

    private String text(int at, int length) {
        int end = at;
        while (end < at + length && block[end] != 0) {
            end++;
        }
        return new String(block, at, end - at, StandardCharsets.ISO_8859_1);
    }

    private long sum(boolean signed) {
        long sum = 0;
        for (int i = 0; i < SIZE; i++) {
            int b = i >= 148 && i < 156 ? ' ' : block[i];
            sum += signed ? b : b & 0xff;
        }
        return sum;
    }
}
