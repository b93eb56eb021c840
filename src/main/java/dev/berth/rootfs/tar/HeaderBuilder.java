package dev.berth.rootfs.tar;

/** A ustar header on its way into an archive. */
final class HeaderBuilder {
    private final byte[] block = new byte[HeaderBlock.SIZE];

    /** @param name cut where it does not fit: a PAX record tells it whole then */
    HeaderBuilder(String name, char type, int mode, long size) {
        text(0, 100, name);
        number(100, 8, mode);
        number(108, 8, 0);
        number(116, 8, 0);
        number(124, 12, size);
        number(136, 12, 0);
        block[156] = (byte) type;
        text(257, 8, "ustar\000" + "00");
    }

    void text(int at, int length, String text) {
        byte[] bytes = RawName.bytes(text);
        System.arraycopy(bytes, 0, block, at, Math.min(length, bytes.length));
    }

    /** In octal, filled up with zeros, ended by a NUL. */
    void number(int at, int length, long value) {
        long rest = value;
        for (int i = at + length - 2; i >= at; i--) {
            block[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
    }

    /** With its checksum. */
    byte[] finished() {
        int sum = 8 * ' ';
        for (int i = 0; i < block.length; i++) {
            sum += i >= 148 && i < 156 ? 0 : block[i] & 0xff;
        }
        number(148, 7, sum);
        block[155] = ' ';
        return block;
    }
}
