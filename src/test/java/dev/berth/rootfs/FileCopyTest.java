package dev.berth.rootfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCopyTest {
    private final Syscalls calls = Syscalls.linux();

    @TempDir
    Path temp;

    private Path copy(Path source, long limit) throws IOException {
        Path target = temp.resolve("copy");
        try (Fd from = open(source, Open.RDONLY);
                Fd to = open(target, Open.WRONLY | Open.CREAT | Open.EXCL)) {
            new FileCopy(calls, limit).copy(from.number(), to.number());
        }
        return target;
    }

    private Fd open(Path path, int flags) {
        return new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes(path), flags, 0600));
    }

    @Test
    void aFileOfAnySizeIsCopied() throws Exception {
        for (int size : new int[] {0, 1, 64 * 1024, 1_000_003}) {
            byte[] bytes = new byte[size];
            new Random(size).nextBytes(bytes);
            Path copy = copy(Files.write(temp.resolve("file"), bytes), Long.MAX_VALUE);
            assertArrayEquals(bytes, Files.readAllBytes(copy));
            Files.delete(copy);
        }
    }

    @Test
    void holesStayHolesAlsoAtTheEnd() throws Exception {
        Path sparse = temp.resolve("sparse");
        try (FileChannel file = FileChannel.open(
                sparse, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 500_000_000);
        }
        try (Fd fd = open(sparse, Open.WRONLY)) {
            calls.ftruncate(fd.number(), 1_000_000_000);
        }
        try (Fd copied = open(copy(sparse, 1 << 20), Open.RDONLY)) {
            assertEquals(1_000_000_000, calls.fstat(copied.number()).size());
            assertTrue(calls.fstat(copied.number()).blocks() < 1000);
            ByteBuffer bytes = ByteBuffer.allocate(3);
            calls.pread(copied.number(), bytes, 500_000_000);
            assertArrayEquals(new byte[] {1, 2, 3}, bytes.array());
        }
    }

    @Test
    void anInterruptedCopyEnds() throws Exception {
        Path file = Files.write(temp.resolve("file"), new byte[100]);
        Thread.currentThread().interrupt();
        try {
            assertThrows(InterruptedIOException.class, () -> copy(file, Long.MAX_VALUE));
        } finally {
            assertTrue(Thread.interrupted());
        }
    }
}
