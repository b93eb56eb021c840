package dev.berth.rootfs.tar;

import dev.berth.linux.Timestamp;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the members of a tar archive one after the other: V7, ustar, PAX, GNU long names, all forms of sparse files. It reads what Go's
 * archive/tar reads, since that is what built the images. For one thread.
 *
 * <p>Global PAX headers, volume labels and the data of links are skipped, as docker does.
 */
public final class TarReader {
    /** Of a PAX header or a long name, as in Go. */
    private static final int SPECIAL_LIMIT = 1 << 20;

    /** PATH_MAX without its NUL: what the kernel takes of a path and of a symbolic link's target. Some names are kept for long. */
    private static final int LONGEST_NAME = 4095;

    private static final long MAX_ID = 0xfffffffeL;

    private final InputStream in;
    private long data;
    private long padding;

    public TarReader(InputStream in) {
        this.in = in;
    }

    /** The next member, whatever of the last one's data was read; empty at the archive's end. */
    public Optional<TarEntry> next() throws IOException {
        PaxRecords pax = PaxRecords.NONE;
        Optional<String> longName = Optional.empty();
        Optional<String> longLink = Optional.empty();
        while (true) {
            Optional<HeaderBlock> next = header();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            HeaderBlock header = next.get();
            switch (header.type()) {
                case 'x', 'X' -> pax = PaxRecords.parse(special(header));
                case 'L' -> longName = Optional.of(cString(special(header)));
                case 'K' -> longLink = Optional.of(cString(special(header)));
                case 'g', 'V' -> begin(size(header, PaxRecords.NONE));
                default -> {
                    return Optional.of(entry(header, pax, longName, longLink));
                }
            }
        }
    }

    /** Reads the data of the present member. @return -1 at its end */
    public int read(byte[] into, int offset, int length) throws IOException {
        if (data == 0) {
            return -1;
        }
        int count = in.read(into, offset, (int) Math.min(length, data));
        if (count < 0) {
            throw truncated();
        }
        data -= count;
        return count;
    }

    private TarEntry entry(HeaderBlock header, PaxRecords pax, Optional<String> longName, Optional<String> longLink)
            throws IOException {
        String paxName = pax.text("GNU.sparse.name").orElse(pax.text("path").orElse(header.name()));
        String name = longName.orElse(paxName);
        String link = longLink.orElse(pax.text("linkpath").orElse(header.link()));
        checkLength(name, link);
        TarEntry.Type type = type(header.type(), name);
        begin(type == TarEntry.Type.FILE || header.type() == 'D' ? size(header, pax) : 0);
        Optional<SparseMap> sparse = type == TarEntry.Type.FILE ? sparse(header, pax) : Optional.empty();
        Timestamp modified = pax.time("mtime").orElse(new Timestamp(header.modified(), 0));
        return new TarEntry(
                type,
                name,
                link,
                (int) (header.mode() & 07777),
                id(pax.number("uid", header.uid()), name),
                id(pax.number("gid", header.gid()), name),
                modified,
                data,
                Map.copyOf(pax.xattrs()),
                sparse);
    }

    private static void checkLength(String name, String link) throws TarException {
        if (name.length() > LONGEST_NAME) {
            throw new TarException("the name " + RawName.shown(name) + " is too long");
        }
        if (link.length() > LONGEST_NAME) {
            throw new TarException("the target of the link " + RawName.shown(name) + " is too long");
        }
    }

    private static TarEntry.Type type(char flag, String name) throws TarException {
        return switch (flag) {
            // Of before there were types: as in Go, a slash behind any other name counts for nothing.
            case '\0' -> name.endsWith("/") ? TarEntry.Type.DIRECTORY : TarEntry.Type.FILE;
            case '0', '7', 'S' -> TarEntry.Type.FILE;
            case '1' -> TarEntry.Type.HARDLINK;
            case '2' -> TarEntry.Type.SYMLINK;
            case '3', '4' -> TarEntry.Type.DEVICE;
            case '5', 'D' -> TarEntry.Type.DIRECTORY;
            case '6' -> TarEntry.Type.FIFO;
            default ->
                throw new TarException(RawName.shown(name) + " is of type '" + RawName.shown(String.valueOf(flag))
                        + "', which no image has");
        };
    }

    private static long id(long id, String name) throws TarException {
        if (id < 0 || id > MAX_ID) {
            throw new TarException("the owner " + id + " of " + RawName.shown(name) + " is no user id");
        }
        return id;
    }

    private static long size(HeaderBlock header, PaxRecords pax) throws TarException {
        long size = pax.number("size", header.size());
        if (size < 0) {
            throw new TarException("a member's size is negative");
        }
        return size;
    }

    private Optional<SparseMap> sparse(HeaderBlock header, PaxRecords pax) throws IOException {
        if (header.type() == 'S' && header.isGnu()) {
            return Optional.of(SparseReader.oldGnu(header, this).checked(data));
        }
        if (pax.has("GNU.sparse.major") || pax.has("GNU.sparse.minor")) {
            String version = pax.text("GNU.sparse.major").orElse("0") + "."
                    + pax.text("GNU.sparse.minor").orElse("0");
            return switch (version) {
                case "0.0", "0.1" -> Optional.of(SparseReader.records(pax).checked(data));
                case "1.0" -> Optional.of(SparseReader.inData(pax, this).checked(data));
                default -> throw new TarException("a sparse file is of the unknown version " + RawName.shown(version));
            };
        }
        return pax.has("GNU.sparse.map") || pax.has("GNU.sparse.numblocks")
                ? Optional.of(SparseReader.records(pax).checked(data))
                : Optional.empty();
    }

    /** The next block of the archive, outside of any member's data. */
    byte[] block() throws IOException {
        byte[] block = in.readNBytes(HeaderBlock.SIZE);
        if (block.length < HeaderBlock.SIZE) {
            throw truncated();
        }
        return block;
    }

    /** A block at the start of the present member's data. */
    byte[] dataBlock() throws IOException {
        if (data < HeaderBlock.SIZE) {
            throw new TarException("a sparse file's map does not fit its stored bytes");
        }
        data -= HeaderBlock.SIZE;
        return block();
    }

    private Optional<HeaderBlock> header() throws IOException {
        skipRest();
        byte[] block = in.readNBytes(HeaderBlock.SIZE);
        if (block.length == 0) {
            return Optional.empty();
        }
        if (block.length < HeaderBlock.SIZE) {
            throw truncated();
        }
        if (!HeaderBlock.isZero(block)) {
            return Optional.of(new HeaderBlock(block));
        }
        byte[] second = in.readNBytes(HeaderBlock.SIZE);
        if (!HeaderBlock.isZero(second)) {
            throw new TarException("it is a damaged tar archive: data follows its end mark");
        }
        return Optional.empty();
    }

    private void begin(long size) {
        data = size;
        padding = -size & (HeaderBlock.SIZE - 1);
    }

    private void skipRest() throws IOException {
        try {
            in.skipNBytes(data);
            // The last member of some archives lacks its padding: that is no loss.
            in.readNBytes((int) padding);
        } catch (EOFException end) {
            throw truncated();
        }
        data = 0;
        padding = 0;
    }

    private byte[] special(HeaderBlock header) throws IOException {
        long size = size(header, PaxRecords.NONE);
        if (size > SPECIAL_LIMIT) {
            throw new TarException("a header of " + size + " bytes is larger than any name or attribute");
        }
        begin(size);
        byte[] bytes = in.readNBytes((int) size);
        if (bytes.length < size) {
            throw truncated();
        }
        data = 0;
        return bytes;
    }

    private static String cString(byte[] bytes) {
        String text = RawName.of(bytes);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    private static TarException truncated() {
        return new TarException("the archive is cut off");
    }

    /** Pairs of offset and length, as archives write them. */
    static List<SparseMap.Segment> segments(List<Long> pairs) throws TarException {
        if (pairs.size() % 2 != 0 || pairs.size() / 2 > SparseMap.LIMIT) {
            throw new TarException("a sparse file's map is damaged");
        }
        List<SparseMap.Segment> segments = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i += 2) {
            segments.add(new SparseMap.Segment(pairs.get(i), pairs.get(i + 1)));
        }
        return segments;
    }
}
