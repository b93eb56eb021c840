package dev.berth.rootfs.tar;

import dev.berth.linux.Timestamp;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The records of a PAX extended header, taken from the raw bytes; values are {@link RawName}s.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html">pax, extended header</a>
 */
final class PaxRecords {
    static final String XATTR = "SCHILY.xattr.";
    private static final Pattern TIME = Pattern.compile("(-?)([0-9]{1,18})(?:\\.([0-9]*))?");

    static final PaxRecords NONE = new PaxRecords();

    private final Map<String, String> records = new LinkedHashMap<>();
    /** Version 0.0 of GNU's sparse files repeats two keys, so their order counts. */
    private final List<String> sparsePairs = new ArrayList<>();

    private PaxRecords() {}

    static PaxRecords parse(byte[] block) throws TarException {
        PaxRecords records = new PaxRecords();
        int at = 0;
        while (at < block.length) {
            at = records.record(block, at);
        }
        return records;
    }

    Optional<String> text(String key) throws TarException {
        // An empty value means: as if there were no record.
        Optional<String> value = Optional.ofNullable(records.get(key)).filter(text -> !text.isEmpty());
        if (value.isPresent() && value.get().indexOf('\0') >= 0) {
            throw new TarException("a name in a PAX header holds a NUL");
        }
        return value;
    }

    long number(String key, long absent) throws TarException {
        Optional<String> text = text(key);
        return text.isPresent() ? number(text.get()) : absent;
    }

    boolean has(String key) {
        return records.containsKey(key);
    }

    Optional<Timestamp> time(String key) throws TarException {
        Optional<String> text = text(key);
        return text.isPresent() ? Optional.of(time(key, text.get())) : Optional.empty();
    }

    Map<String, byte[]> xattrs() throws TarException {
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        for (Map.Entry<String, String> record : records.entrySet()) {
            if (record.getKey().startsWith(XATTR)) {
                xattrs.put(record.getKey().substring(XATTR.length()), RawName.bytes(record.getValue()));
            }
        }
        return xattrs;
    }

    /** Offsets and lengths by turns, of version 0.0 or 0.1; empty when there are none. */
    List<Long> sparsePairs() throws TarException {
        Optional<String> map = text("GNU.sparse.map");
        if (map.isPresent()) {
            return numbers(map.get());
        }
        List<Long> numbers = new ArrayList<>();
        for (String number : sparsePairs) {
            numbers.add(number(number));
        }
        return numbers;
    }

    /** Between commas, which are counted before anything is made of them: a record of 1 MiB may have half a million. */
    private static List<Long> numbers(String map) throws TarException {
        if (map.chars().filter(c -> c == ',').count() >= 2L * SparseMap.LIMIT) {
            throw new TarException("a sparse file's map is larger than any file needs");
        }
        List<Long> numbers = new ArrayList<>();
        int start = 0;
        for (int comma = map.indexOf(','); comma >= 0; comma = map.indexOf(',', start)) {
            numbers.add(number(map.substring(start, comma)));
            start = comma + 1;
        }
        numbers.add(number(map.substring(start)));
        return numbers;
    }

    /** The block that tells these records; values are written byte for byte. */
    static byte[] write(Map<String, byte[]> records) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        records.forEach((key, value) -> {
            byte[] name = RawName.bytes(key);
            // A blank, "=" and the line's end; and the length counts itself.
            int content = name.length + value.length + 3;
            int length = content + Integer.toString(content).length();
            if (content + Integer.toString(length).length() != length) {
                length++;
            }
            block.writeBytes(RawName.bytes(length + " "));
            block.writeBytes(name);
            block.write('=');
            block.writeBytes(value);
            block.write('\n');
        });
        return block.toByteArray();
    }

    /** A time as records write it: seconds, with a fraction where there is one. */
    static String time(Timestamp time) {
        return new BigDecimal(BigInteger.valueOf(time.seconds()))
                .add(BigDecimal.valueOf(time.nanoseconds(), 9))
                .stripTrailingZeros()
                .toPlainString();
    }

    static long number(String text) throws TarException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException broken) {
            throw new TarException("a PAX header says " + RawName.shown(text) + " where a number belongs");
        }
    }

    private int record(byte[] block, int start) throws TarException {
        int at = start;
        int length = 0;
        while (at < block.length && at - start < 8 && block[at] >= '0' && block[at] <= '9') {
            length = length * 10 + (block[at++] - '0');
        }
        int end = start + length;
        if (at == start
                || at >= block.length
                || block[at] != ' '
                || end > block.length
                || end <= at + 1
                || block[end - 1] != '\n') {
            throw new TarException("a PAX header is damaged");
        }
        String record = new String(block, at + 1, end - at - 2, java.nio.charset.StandardCharsets.ISO_8859_1);
        int equals = record.indexOf('=');
        if (equals <= 0) {
            throw new TarException("a PAX header is damaged");
        }
        keep(record.substring(0, equals), record.substring(equals + 1));
        return end;
    }

    private void keep(String key, String value) {
        if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
            sparsePairs.add(value);
        }
        records.put(key, value);
    }

    private static Timestamp time(String key, String text) throws TarException {
        Matcher parts = TIME.matcher(text);
        if (!parts.matches()) {
            throw new TarException("a PAX header says " + RawName.shown(text) + " for " + key);
        }
        long seconds = Long.parseLong(parts.group(2));
        String fraction = parts.group(3) == null ? "" : parts.group(3);
        int nanoseconds = Integer.parseInt((fraction + "000000000").substring(0, 9));
        if (parts.group(1).isEmpty()) {
            return new Timestamp(seconds, nanoseconds);
        }
        return nanoseconds == 0 ? new Timestamp(-seconds, 0) : new Timestamp(-seconds - 1, 1_000_000_000 - nanoseconds);
    }
}
