package dev.berth.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The settings of a terminal, opaque but for {@link #raw()}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/termios.3.html">termios(3)</a>
 */
public final class Termios {
    /** The size of glibc's struct termios on every 64-bit Linux. */
    static final int SIZE = 60;

    private static final int INPUT = 0;
    private static final int OUTPUT = 4;
    private static final int CONTROL = 8;
    private static final int LOCAL = 12;
    private static final int CHARACTERS = 17;
    private static final int VTIME = 5;
    private static final int VMIN = 6;

    private final byte[] struct;

    Termios(byte[] struct) {
        this.struct = struct.clone();
    }

    byte[] struct() {
        return struct.clone();
    }

    /** The same terminal without echo, line editing, signals and any change of bytes, as cfmakeraw(3) makes it. */
    public Termios raw() {
        ByteBuffer raw = ByteBuffer.wrap(struct()).order(ByteOrder.nativeOrder());
        // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
        clear(raw, INPUT, 01 | 02 | 010 | 040 | 0100 | 0200 | 0400 | 02000);
        clear(raw, OUTPUT, 01); // OPOST
        clear(raw, LOCAL, 010 | 0100 | 02 | 01 | 0100000); // ECHO ECHONL ICANON ISIG IEXTEN
        clear(raw, CONTROL, 060 | 0400); // CSIZE PARENB
        raw.putInt(CONTROL, raw.getInt(CONTROL) | 060); // CS8
        raw.put(CHARACTERS + VMIN, (byte) 1);
        raw.put(CHARACTERS + VTIME, (byte) 0);
        return new Termios(raw.array());
    }

    private static void clear(ByteBuffer struct, int at, int bits) {
        struct.putInt(at, struct.getInt(at) & ~bits);
    }
}
