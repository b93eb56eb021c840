package dev.berth;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A program that ends with code 0 and does nothing else: two instructions to the kernel and the shortest header. It needs no library
 * and no image, so that a container can be tried on every machine; berth-init may be linked to the machine's C library.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/elf.5.html">elf(5)</a>
 */
final class TrialProgram {
    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final long ADDRESS = 0x400000;
    /** The largest page of any kernel for these machines. */
    private static final long PAGE = 0x10000;

    private static final int EXECUTABLE = 2;
    private static final int LOAD = 1;
    private static final int READ_AND_EXECUTE = 5;

    private TrialProgram() {}

    /** @param architecture as in the property {@code os.arch} */
    static byte[] of(String architecture) {
        return architecture.equals("aarch64")
                ? program(183, 0xd2800ba8, 0xd2800000, 0xd4000001) // mov x8, #93; mov x0, #0; svc #0
                : program(62, 0x00003cb8, 0x0fff3100, 0x90909005); // mov $60, %eax; xor %edi, %edi; syscall; nop…
    }

    private static byte[] program(int machine, int... code) {
        long size = HEADER + PROGRAM_HEADER + 4L * code.length;
        ByteBuffer file = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0); // 64 bits, little-endian, version 1
        file.putShort((short) EXECUTABLE).putShort((short) machine).putInt(1);
        file.putLong(ADDRESS + HEADER + PROGRAM_HEADER)
                .putLong(HEADER)
                .putLong(0)
                .putInt(0);
        file.putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 1);
        file.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        file.putInt(LOAD).putInt(READ_AND_EXECUTE).putLong(0).putLong(ADDRESS).putLong(ADDRESS);
        file.putLong(size).putLong(size).putLong(PAGE);
        for (int instruction : code) {
            file.putInt(instruction);
        }
        return file.array();
    }
}
