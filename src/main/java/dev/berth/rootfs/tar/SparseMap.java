package dev.berth.rootfs.tar;

import java.util.List;

/**
 * Where the stored bytes of a sparse file belong.
 *
 * @param size of the file with its holes
 * @param segments in order, without overlap
 */
public record SparseMap(long size, List<Segment> segments) {
    /** More segments than that are no file but an attack on the memory. */
    static final int LIMIT = 1 << 17;

    /** @param offset in the file */
    public record Segment(long offset, long length) {}

    public SparseMap {
        segments = List.copyOf(segments);
    }

    /** @param stored the bytes that the archive really holds */
    SparseMap checked(long stored) throws TarException {
        long end = 0;
        long sum = 0;
        for (Segment segment : segments) {
            if (segment.offset() < end || segment.length() < 0 || segment.offset() > size - segment.length()) {
                throw new TarException("a sparse file's map has segments that overlap or lie outside the file");
            }
            end = segment.offset() + segment.length();
            sum += segment.length();
        }
        if (size < 0 || sum != stored) {
            throw new TarException("a sparse file's map does not fit its stored bytes");
        }
        return this;
    }
}
