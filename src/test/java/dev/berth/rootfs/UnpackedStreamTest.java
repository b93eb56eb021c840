package dev.berth.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.oci.DiffId;
import dev.berth.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to the thread that decompresses, its reader hears of it. */
@Timeout(60)
class UnpackedStreamTest {
    private static final DiffId ANY = new DiffId(Digest.of(new byte[0]));

    @TempDir
    Path temp;

    @Test
    void anErrorOfTheOtherThreadEndsTheStream() {
        InputStream broken = new InputStream() {
            @Override
            public int read() {
                throw new UnsatisfiedLinkError("no such library");
            }
        };
        try (UnpackedStream stream = new UnpackedStream(broken, ANY, 1 << 20, bytes -> {})) {
            IOException said = assertTimeoutPreemptively(
                    Duration.ofSeconds(20), () -> assertThrows(IOException.class, () -> stream.diffId(ANY)));
            assertTrue(said.getMessage().contains("no such library"), said.getMessage());
        }
    }

    @Test
    void aZstdLibraryThatCannotBeLoadedIsASentence() throws Exception {
        Path none = temp.resolve("none");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-DZstdTempFolder=" + none,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Reader.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertTrue(said.startsWith("the library for zstd cannot be loaded from " + none + "; make room there"), said);
    }

    /** Reads the beginning of a zstd stream. */
    static final class Reader {
        public static void main(String[] arguments) {
            byte[] magic = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0};
            IOException said = assertThrows(IOException.class, () -> Decompression.of(new ByteArrayInputStream(magic)));
            System.out.println(said.getMessage());
        }
    }
}
