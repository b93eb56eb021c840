package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from /proc, of which this is a made one. */
class ProcessTableTest {
    @TempDir
    Path proc;

    private Path process;

    @BeforeEach
    void oneProcess() throws IOException {
        process = Files.createDirectories(proc.resolve("10"));
        Files.createDirectory(process.resolve("ns"));
        Files.createSymbolicLink(process.resolve("ns/pid"), Path.of("pid:[7]"));
        Files.writeString(process.resolve("status"), "Name:\tsh\nState:\tS (sleeping)\nUid:\t0\t0\nNSpid:\t10\t1\n");
        Files.writeString(process.resolve("stat"), "10 (sh) S 1 1 1 0 -1 0 0 0 0 0 100 0 0 0 20 0 1 0 5\n");
        Files.writeString(process.resolve("smaps_rollup"), "Pss:   4 kB\n");
    }

    private String command() {
        return new ProcessTable(proc).of(10).get(0).command();
    }

    @Test
    void argumentsAreOneLine() throws IOException {
        Files.writeString(process.resolve("cmdline"), "sh\0-c\0true\0");
        assertEquals("sh -c true", command());
        Files.writeString(process.resolve("cmdline"), "");
        assertEquals("[sh]", command());
    }

    /** A process says itself where in its memory its arguments are. */
    @Test
    void ofArgumentsWithoutEndTheBeginningIsRead() throws IOException {
        try (RandomAccessFile endless =
                new RandomAccessFile(process.resolve("cmdline").toFile(), "rw")) {
            endless.write("x".repeat(5000).getBytes(StandardCharsets.US_ASCII));
            endless.setLength(1L << 40);
        }
        assertEquals("x".repeat(4096), command());
    }
}
