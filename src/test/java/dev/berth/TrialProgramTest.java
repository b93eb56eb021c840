package dev.berth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialProgramTest {
    private static final int CODE = 120;

    @TempDir
    Path folder;

    @Test
    void itEndsWithZero() throws Exception {
        Path program = folder.resolve("trial");
        Files.write(program, TrialProgram.of(System.getProperty("os.arch")));
        program.toFile().setExecutable(true);
        assertEquals(0, new ProcessBuilder(program.toString()).start().waitFor());
    }

    @Test
    void eachArchitectureHasItsOwnInstructions() {
        byte[] arm = TrialProgram.of("aarch64");
        assertEquals(183, arm[18] & 0xff);
        byte[] exit = {(byte) 0xa8, 0x0b, (byte) 0x80, (byte) 0xd2, 0, 0, (byte) 0x80, (byte) 0xd2, 1, 0, 0, (byte) 0xd4
        };
        assertArrayEquals(exit, Arrays.copyOfRange(arm, CODE, arm.length));
        byte[] intel = TrialProgram.of("amd64");
        assertEquals(62, intel[18] & 0xff);
        byte[] call = {(byte) 0xb8, 0x3c, 0, 0, 0, 0x31, (byte) 0xff, 0x0f, 5};
        assertArrayEquals(call, Arrays.copyOfRange(intel, CODE, CODE + call.length));
    }
}
