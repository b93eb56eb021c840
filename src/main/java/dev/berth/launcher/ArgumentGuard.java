package dev.berth.launcher;

import dev.berth.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The first instructions of every filter, which refuse some calls by an argument's lower 32 bits. They are written by
 * hand because the kernel looks at these bits only (CVE-2019-10063: a request of {@code ioctl} with a high bit set passed
 * filters that compared 64), and libseccomp has no "not equal" of some bits.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</a>
 */
final class ArgumentGuard {
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int OFFSET_CALL = 0;
    private static final int OFFSET_ARCHITECTURE = 4;
    private static final int OFFSET_ARGUMENTS = 16;
    private static final int REFUSE = 0x00050000 | Errno.EPERM.number();
    private static final int INSTRUCTION = 8;

    /** Pushes input into a terminal. */
    private static final int TIOCSTI = 0x5412;

    /** Pastes by the console (CVE-2023-28100). */
    private static final int TIOCLINUX = 0x541c;

    /** Sockets to the virtual machine's host, which no network namespace confines. */
    private static final int AF_VSOCK = 40;

    private static final int X86_64 = 0xc000003e;
    private static final int X86 = 0x40000003;
    private static final int AARCH64 = 0xc00000b7;
    private static final int ARM = 0x40000028;

    private ArgumentGuard() {}

    /** A call of an architecture, and the value of its argument that is refused. */
    private record Refusal(int architecture, int call, int argument, int value) {}

    /** The instructions for x86-64 with x86, or for aarch64 with arm; what they do not refuse goes on behind them. */
    static byte[] program(boolean arm) {
        List<Refusal> refusals = arm
                ? List.of(
                        new Refusal(AARCH64, 29, 1, TIOCSTI),
                        new Refusal(AARCH64, 29, 1, TIOCLINUX),
                        new Refusal(AARCH64, 198, 0, AF_VSOCK),
                        new Refusal(ARM, 54, 1, TIOCSTI),
                        new Refusal(ARM, 54, 1, TIOCLINUX),
                        new Refusal(ARM, 281, 0, AF_VSOCK))
                : List.of(
                        new Refusal(X86_64, 16, 1, TIOCSTI),
                        new Refusal(X86_64, 16, 1, TIOCLINUX),
                        new Refusal(X86_64, 41, 0, AF_VSOCK),
                        new Refusal(X86, 54, 1, TIOCSTI),
                        new Refusal(X86, 54, 1, TIOCLINUX),
                        new Refusal(X86, 359, 0, AF_VSOCK));
        ByteBuffer code = ByteBuffer.allocate(refusals.size() * 7 * INSTRUCTION).order(ByteOrder.nativeOrder());
        refusals.forEach(refusal -> add(code, refusal));
        return code.array();
    }

    private static void add(ByteBuffer code, Refusal refusal) {
        add(code, LOAD_WORD, 0, OFFSET_ARCHITECTURE);
        add(code, JUMP_IF_EQUAL, 5, refusal.architecture());
        add(code, LOAD_WORD, 0, OFFSET_CALL);
        add(code, JUMP_IF_EQUAL, 3, refusal.call());
        // Little-endian: the lower half of a 64-bit argument comes first.
        add(code, LOAD_WORD, 0, OFFSET_ARGUMENTS + 8 * refusal.argument());
        add(code, JUMP_IF_EQUAL, 1, refusal.value());
        add(code, RETURN, 0, REFUSE);
    }

    private static void add(ByteBuffer code, int operation, int ifFalse, int operand) {
        code.putShort((short) operation).put((byte) 0).put((byte) ifFalse).putInt(operand);
    }
}
