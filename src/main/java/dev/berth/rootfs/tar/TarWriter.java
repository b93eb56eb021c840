package dev.berth.rootfs.tar;

import dev.berth.linux.Timestamp;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes tar archives: ustar headers, with PAX records for what does not fit them (long names, large numbers, fractions of seconds,
 * extended attributes). Names and values are written byte for byte, whatever their encoding, which no library of the field does. The
 * same members give the same bytes. For one thread; the stream is the caller's.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html">pax, ustar and extended header</a>
 */
public final class TarWriter {
    private static final int NAME = 100;
    private static final long OCTAL_7 = 07777777L;
    private static final long OCTAL_11 = 077777777777L;
    private static final byte[] ZEROS = new byte[HeaderBlock.SIZE];

    private final OutputStream out;
    private long data;
    private long padding;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** A device node's kind and number. */
    public record Device(boolean block, int major, int minor) {
        static final Device NONE = new Device(false, 0, 0);
    }

    /** Begins a member; of a file exactly {@link TarEntry#size} bytes are to follow. */
    public void add(TarEntry entry) throws IOException {
        add(entry, type(entry.type(), Device.NONE), Device.NONE);
    }

    /** A device node. */
    public void add(TarEntry entry, Device device) throws IOException {
        add(entry, type(entry.type(), device), device);
    }

    /** Data of the present file. */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > data) {
            throw new IllegalStateException("more data than the member's size");
        }
        out.write(bytes, offset, length);
        data -= length;
    }

    /** How much of the present file is still to be written. */
    public long left() {
        return data;
    }

    /** Writes the archive's end mark. */
    public void finish() throws IOException {
        endMember();
        out.write(ZEROS);
        out.write(ZEROS);
    }

    private void add(TarEntry entry, char type, Device device) throws IOException {
        endMember();
        Map<String, byte[]> pax = records(entry);
        if (!pax.isEmpty()) {
            byte[] records = PaxRecords.write(pax);
            header("PaxHeaders/" + last(entry.name()), 'x', 0644, records.length);
            out.write(records);
            out.write(ZEROS, 0, -records.length & (HeaderBlock.SIZE - 1));
        }
        data = entry.type() == TarEntry.Type.FILE ? entry.size() : 0;
        padding = -data & (HeaderBlock.SIZE - 1);
        HeaderBuilder header = new HeaderBuilder(entry.name(), type, entry.mode(), Math.min(data, OCTAL_11));
        header.number(108, 8, Math.min(entry.uid(), OCTAL_7));
        header.number(116, 8, Math.min(entry.gid(), OCTAL_7));
        header.number(136, 12, fits(entry.modified()) ? entry.modified().seconds() : 0);
        header.text(157, NAME, entry.link());
        if (entry.type() == TarEntry.Type.DEVICE) {
            header.number(329, 8, device.major() & OCTAL_7);
            header.number(337, 8, device.minor() & OCTAL_7);
        }
        out.write(header.finished());
    }

    private void header(String name, char type, int mode, long size) throws IOException {
        out.write(new HeaderBuilder(name, type, mode, size).finished());
    }

    private void endMember() throws IOException {
        if (data != 0) {
            throw new IllegalStateException("less data than the member's size");
        }
        out.write(ZEROS, 0, (int) padding);
        padding = 0;
    }

    /** What the fixed fields cannot hold. */
    private static Map<String, byte[]> records(TarEntry entry) {
        Map<String, byte[]> pax = new LinkedHashMap<>();
        if (entry.name().length() > NAME) {
            pax.put("path", RawName.bytes(entry.name()));
        }
        if (entry.link().length() > NAME) {
            pax.put("linkpath", RawName.bytes(entry.link()));
        }
        number(pax, "uid", entry.uid(), OCTAL_7);
        number(pax, "gid", entry.gid(), OCTAL_7);
        number(pax, "size", entry.type() == TarEntry.Type.FILE ? entry.size() : 0, OCTAL_11);
        if (!fits(entry.modified()) || entry.modified().nanoseconds() != 0) {
            pax.put("mtime", ascii(PaxRecords.time(entry.modified())));
        }
        entry.xattrs().forEach((name, value) -> {
            // A key ends at the first "=": such a name cannot be told.
            if (name.indexOf('=') < 0) {
                pax.put(PaxRecords.XATTR + name, value);
            }
        });
        return pax;
    }

    private static void number(Map<String, byte[]> pax, String key, long value, long most) {
        if (value > most) {
            pax.put(key, ascii(Long.toString(value)));
        }
    }

    private static boolean fits(Timestamp time) {
        return time.seconds() >= 0 && time.seconds() <= OCTAL_11;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String last(String name) {
        String path = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static char type(TarEntry.Type type, Device device) {
        return switch (type) {
            case FILE -> '0';
            case HARDLINK -> '1';
            case SYMLINK -> '2';
            case DEVICE -> device.block() ? '4' : '3';
            case DIRECTORY -> '5';
            case FIFO -> '6';
        };
    }
}
