package dev.berth.rootfs;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Writes tar archives byte by byte, the wrong ones too. Names are Latin-1: one char, one byte. */
public final class TarBuilder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** One member before it is written. */
    public static final class Member {
        String name;
        String link = "";
        char type = '0';
        int mode = 0644;
        long uid;
        long gid;
        long modified = 1_600_000_000L;
        byte[] data = new byte[0];
        long size = -1;
        String magic = "ustar\0" + "00";
        final Map<String, byte[]> pax = new LinkedHashMap<>();
        Consumer<byte[]> damage = header -> {};

        public Member mode(int mode) {
            this.mode = mode;
            return this;
        }

        public Member owner(long uid, long gid) {
            this.uid = uid;
            this.gid = gid;
            return this;
        }

        public Member modified(long seconds) {
            modified = seconds;
            return this;
        }

        public Member modified(String pax) {
            return pax("mtime", pax);
        }

        public Member link(String target) {
            link = target;
            return this;
        }

        public Member type(char type) {
            this.type = type;
            return this;
        }

        public Member size(long size) {
            this.size = size;
            return this;
        }

        public Member magic(String magic) {
            this.magic = magic;
            return this;
        }

        public Member xattr(String name, byte[] value) {
            pax.put("SCHILY.xattr." + name, value);
            return this;
        }

        public Member xattr(String name, String value) {
            return xattr(name, value.getBytes(StandardCharsets.ISO_8859_1));
        }

        public Member pax(String key, String value) {
            pax.put(key, value.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        public Member damage(Consumer<byte[]> damage) {
            this.damage = damage;
            return this;
        }
    }

    private static final Consumer<Member> PLAIN = member -> {};

    public TarBuilder file(String name, String content) {
        return file(name, content, PLAIN);
    }

    public TarBuilder file(String name, String content, Consumer<Member> with) {
        return file(name, content.getBytes(StandardCharsets.ISO_8859_1), with);
    }

    public TarBuilder file(String name, byte[] content, Consumer<Member> with) {
        return add(name, member -> {
            member.data = content;
            with.accept(member);
        });
    }

    public TarBuilder directory(String name) {
        return directory(name, PLAIN);
    }

    public TarBuilder directory(String name, Consumer<Member> with) {
        return add(name, member -> with.accept(member.type('5').mode(0755)));
    }

    public TarBuilder symlink(String name, String target) {
        return symlink(name, target, PLAIN);
    }

    public TarBuilder symlink(String name, String target, Consumer<Member> with) {
        return add(name, member -> with.accept(member.type('2').mode(0777).link(target)));
    }

    public TarBuilder hardLink(String name, String target) {
        return add(name, member -> member.type('1').link(target));
    }

    public TarBuilder fifo(String name) {
        return add(name, member -> member.type('6'));
    }

    public TarBuilder add(String name, Consumer<Member> with) {
        Member member = new Member();
        member.name = name;
        with.accept(member);
        if (member.name.length() > 100) {
            member.pax("path", member.name);
        }
        if (member.link.length() > 100) {
            member.pax("linkpath", member.link);
        }
        if (!member.pax.isEmpty()) {
            Member header = new Member();
            header.name = "PaxHeaders/x";
            header.type = 'x';
            header.data = records(member.pax);
            write(header);
        }
        write(member);
        return this;
    }

    public TarBuilder raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** With the end mark. */
    public byte[] build() {
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }

    /** Cut right here. */
    public byte[] unfinished() {
        return out.toByteArray();
    }

    public static byte[] records(Map<String, byte[]> pax) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pax.forEach((key, value) -> all.writeBytes(record(key, value)));
        return all.toByteArray();
    }

    static byte[] record(String key, byte[] value) {
        byte[] name = key.getBytes(StandardCharsets.ISO_8859_1);
        int content = 1 + name.length + 1 + value.length + 1;
        int length = content + 1;
        while (Integer.toString(length).length() + content != length) {
            length = Integer.toString(length).length() + content;
        }
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes((length + " ").getBytes(StandardCharsets.ISO_8859_1));
        record.writeBytes(name);
        record.write('=');
        record.writeBytes(value);
        record.write('\n');
        return record.toByteArray();
    }

    private void write(Member member) {
        byte[] header = new byte[512];
        text(header, 0, 100, member.name);
        octal(header, 100, 8, member.mode);
        octal(header, 108, 8, member.uid);
        octal(header, 116, 8, member.gid);
        octal(header, 124, 12, member.size < 0 ? member.data.length : member.size);
        octal(header, 136, 12, member.modified);
        header[156] = (byte) member.type;
        text(header, 157, 100, member.link);
        text(header, 257, 8, member.magic);
        member.damage.accept(header);
        checksum(header);
        out.writeBytes(header);
        out.writeBytes(member.data);
        out.writeBytes(new byte[-member.data.length & 511]);
    }

    static void checksum(byte[] header) {
        java.util.Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        text(header, 148, 8, String.format("%06o\0 ", sum));
    }

    static void octal(byte[] header, int at, int length, long value) {
        if (value < 0 || value >= 1L << 3 * (length - 1)) {
            for (int i = at + length - 1; i >= at; i--) {
                header[i] = (byte) value;
                value >>= 8;
            }
            header[at] |= (byte) 0x80;
            return;
        }
        text(header, at, length, String.format("%0" + (length - 1) + "o", value));
    }

    static void text(byte[] header, int at, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, header, at, Math.min(length, bytes.length));
    }
}
