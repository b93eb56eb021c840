package dev.berth.cli.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The machine's own busybox: its bytes, and where its commands belong. */
record Busybox(byte[] program, List<String> commands) {

    private static final List<Path> PLACES =
            List.of(Path.of("/bin/busybox"), Path.of("/usr/bin/busybox"), Path.of("/bin/busybox.static"));
    private static final String REMEDY = "; install it with: apt-get install busybox-static";
    private static final Pattern COMMAND = Pattern.compile("(usr/)?s?bin/[A-Za-z0-9_.+\\[-]+");
    private static final int PT_INTERP = 3;

    /** @throws DemoException with the remedy, when there is none or it needs libraries */
    static Busybox find() {
        Path file = PLACES.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new DemoException("cannot make the demo image: no busybox here" + REMEDY));
        try {
            byte[] program = Files.readAllBytes(file);
            if (!isStatic(program)) {
                throw new DemoException("cannot make the demo image: " + file + " needs libraries" + REMEDY);
            }
            return new Busybox(program, commands(file));
        } catch (IOException e) {
            throw new DemoException("cannot make the demo image: " + file + " cannot be read");
        }
    }

    private static List<String> commands(Path file) throws IOException {
        Process list = new ProcessBuilder(file.toString(), "--list-full")
                .redirectErrorStream(true)
                .start();
        list.getOutputStream().close();
        String output = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> commands = output.lines()
                .filter(line -> COMMAND.matcher(line).matches())
                .filter(line -> !line.equals("bin/busybox"))
                .distinct()
                .toList();
        if (!commands.contains("bin/sh")) {
            throw new DemoException("cannot make the demo image: " + file + " has no shell" + REMEDY);
        }
        return commands;
    }

    /** An ELF program (64 bit, or 32) without a program interpreter. @see <a href="https://man7.org/linux/man-pages/man5/elf.5.html">elf(5)</a> */
    static boolean isStatic(byte[] elf) {
        if (elf.length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F') {
            return false;
        }
        boolean wide = elf[4] == 2;
        ByteBuffer header = ByteBuffer.wrap(elf).order(elf[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        long table = wide ? header.getLong(32) : Integer.toUnsignedLong(header.getInt(28));
        int size = Short.toUnsignedInt(header.getShort(wide ? 54 : 42));
        int count = Short.toUnsignedInt(header.getShort(wide ? 56 : 44));
        for (int i = 0; i < count; i++) {
            long at = table + (long) i * size;
            if (at < 0 || at + 4 > elf.length || header.getInt((int) at) == PT_INTERP) {
                return false;
            }
        }
        return true;
    }
}
