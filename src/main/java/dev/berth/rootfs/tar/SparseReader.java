package dev.berth.rootfs.tar;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The three places where GNU tar keeps the map of a sparse file. */
final class SparseReader {
    private static final int ENTRY = 24;

    private SparseReader() {}

    /** In the header and in blocks right behind it. */
    static SparseMap oldGnu(HeaderBlock header, TarReader reader) throws IOException {
        List<Long> pairs = new ArrayList<>();
        add(header.fields(), 386, 4, pairs);
        boolean more = header.fields().flag(482);
        while (more) {
            byte[] block = reader.block();
            HeaderFields extension = new HeaderFields(block);
            add(extension, 0, 21, pairs);
            more = extension.flag(504);
            if (pairs.size() > 2 * SparseMap.LIMIT) {
                throw new TarException("a sparse file's map is larger than any file needs");
            }
        }
        return new SparseMap(header.fields().number(483, 12), TarReader.segments(pairs));
    }

    /** In the PAX records: versions 0.0 and 0.1. */
    static SparseMap records(PaxRecords pax) throws TarException {
        return new SparseMap(
                pax.number("GNU.sparse.size", pax.number("GNU.sparse.realsize", -1)),
                TarReader.segments(pax.sparsePairs()));
    }

    /** In front of the data, as lines of decimal numbers: version 1.0. */
    static SparseMap inData(PaxRecords pax, TarReader reader) throws IOException {
        Lines lines = new Lines(reader);
        long count = lines.number();
        if (count < 0 || count > SparseMap.LIMIT) {
            throw new TarException("a sparse file's map is larger than any file needs");
        }
        List<Long> pairs = new ArrayList<>();
        for (long i = 0; i < 2 * count; i++) {
            pairs.add(lines.number());
        }
        return new SparseMap(
                pax.number("GNU.sparse.realsize", pax.number("GNU.sparse.size", -1)), TarReader.segments(pairs));
    }

    private static void add(HeaderFields header, int at, int count, List<Long> pairs) throws TarException {
        for (int i = 0; i < count && header.isSet(at + i * ENTRY); i++) {
            pairs.add(header.number(at + i * ENTRY, 12));
            pairs.add(header.number(at + i * ENTRY + 12, 12));
        }
    }

    /** Numbers in lines, block by block. */
    private static final class Lines {
        private final TarReader reader;
        private byte[] block = new byte[0];
        private int at;

        Lines(TarReader reader) {
            this.reader = reader;
        }

        long number() throws IOException {
            StringBuilder digits = new StringBuilder();
            for (int c = next(); c != '\n'; c = next()) {
                digits.append((char) c);
                if (digits.length() > 20) {
                    throw new TarException("a sparse file's map is damaged");
                }
            }
            return PaxRecords.number(digits.toString());
        }

        private int next() throws IOException {
            if (at == block.length) {
                block = reader.dataBlock();
                at = 0;
            }
            return block[at++] & 0xff;
        }
    }
}
