package dev.berth.launcher;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a seccomp program as the kernel would, and gives its answer for a call. */
final class FilterMachine {
    static final int ALLOW = 0x7fff0000;
    static final int X86_64 = 0xc000003e;
    static final int X86 = 0x40000003;

    private final byte[] program;

    FilterMachine(byte[] program) {
        this.program = program;
    }

    static int errno(int number) {
        return 0x00050000 | number;
    }

    int answer(int architecture, int call, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(call).putInt(architecture).putLong(0);
        for (long argument : arguments) {
            data.putLong(argument);
        }
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        int accumulator = 0;
        for (int at = 0; ; at++) {
            int operation = code.getShort(at * 8) & 0xffff;
            int ifTrue = code.get(at * 8 + 2) & 0xff;
            int ifFalse = code.get(at * 8 + 3) & 0xff;
            int k = code.getInt(at * 8 + 4);
            switch (operation) {
                case 0x20 -> accumulator = data.getInt(k);
                case 0x54 -> accumulator &= k;
                case 0x05 -> at += k;
                case 0x15 -> at += accumulator == k ? ifTrue : ifFalse;
                case 0x25 -> at += Integer.compareUnsigned(accumulator, k) > 0 ? ifTrue : ifFalse;
                case 0x35 -> at += Integer.compareUnsigned(accumulator, k) >= 0 ? ifTrue : ifFalse;
                case 0x06 -> {
                    return k;
                }
                default -> throw new IllegalStateException("instruction " + Integer.toHexString(operation));
            }
        }
    }
}
