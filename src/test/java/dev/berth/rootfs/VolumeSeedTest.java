package dev.berth.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Mode;
import dev.berth.linux.Open;
import dev.berth.linux.Stat;
import dev.berth.linux.Syscalls;
import dev.berth.linux.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeSeedTest {
    private final Syscalls calls = Syscalls.linux();

    @TempDir
    Path temp;

    private TestImage image;
    private Path root;
    private Path volume;

    @BeforeEach
    void open() throws IOException {
        Need.root();
        image = new TestImage(temp.resolve("data"));
        root = Files.createDirectories(temp.resolve("data/root"));
        volume = Files.createDirectories(temp.resolve("data/volume"));
        Path data = Files.createDirectories(root.resolve("var/lib/data"));
        Files.writeString(data.resolve("file"), "content");
        Files.createLink(data.resolve("hard"), data.resolve("file"));
        Files.createSymbolicLink(data.resolve("soft"), Path.of("/nowhere"));
        Files.createDirectory(data.resolve("inner"));
        Files.createLink(data.resolve("inner/hard"), data.resolve("file"));
        byte[] file = Syscalls.bytes(data.resolve("file"));
        calls.fchownat(At.FDCWD, file, 33, 44, 0);
        calls.fchmodat(At.FDCWD, file, 04755);
        calls.setxattr(file, Syscalls.bytes("user.a"), new byte[] {1}, 0);
        calls.mknodat(At.FDCWD, Syscalls.bytes(data.resolve("fifo")), Mode.FIFO | 0620, 0);
        calls.mkdirat(At.FDCWD, nonUtf8(data), 0711);
        calls.fchownat(At.FDCWD, Syscalls.bytes(data), 5, 6, 0);
        Timestamp then = new Timestamp(1_000_000, 5);
        calls.utimensat(At.FDCWD, Syscalls.bytes(data), then, then, 0);
    }

    private static byte[] nonUtf8(Path data) {
        byte[] name = Syscalls.bytes(data.resolve("x"));
        name[name.length - 1] = (byte) 0xff;
        return name;
    }

    /** JUnit does not delete names that are no UTF-8. */
    @AfterEach
    void close() throws Exception {
        image.close();
        new ProcessBuilder("rm", "-rf", temp.resolve("data").toString()).start().waitFor();
    }

    private boolean fill(String target) {
        try (Fd fd = new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes(root), Open.PATH | Open.DIRECTORY, 0))) {
            return new VolumeSeed(image.data, calls).fill(fd, target, volume);
        }
    }

    @Test
    void aNewVolumeHasWhatTheImageHasThere() {
        assertTrue(fill("/var/lib/data"));
        assertEquals(
                List.of(),
                TreeComparator.differences(TreeScan.of(root.resolve("var/lib/data")), TreeScan.of(volume), Set.of()));
    }

    @Test
    void holesOfAFileTakeNoRoomInTheVolume() {
        Path file = root.resolve("var/lib/data/sparse");
        int flags = Open.WRONLY | Open.CREAT;
        try (Fd sparse = new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes(file), flags, 0600))) {
            calls.ftruncate(sparse.number(), 1_000_000_000);
        }
        assertTrue(fill("/var/lib/data"));
        Stat copy = calls.statx(At.FDCWD, Syscalls.bytes(volume.resolve("sparse")), 0);
        assertEquals(1_000_000_000, copy.size());
        assertEquals(0, copy.blocks());
    }

    @Test
    void aVolumeInUseAndATargetThatIsNotThereAreLeftAlone() throws IOException {
        assertFalse(fill("/var/lib/none"));
        assertFalse(fill("/var/lib/data/file"));
        Files.createFile(volume.resolve("mine"));
        assertFalse(fill("/var/lib/data"));
        assertEquals(Set.of(".", "mine"), TreeScan.of(volume).keySet());
    }

    @Test
    void theVolumesDirectoryStaysTheSameForAnotherContainerMayHaveItMounted() throws IOException {
        Object before = Files.getAttribute(volume, "unix:ino");
        assertTrue(fill("/var/lib/data"));
        assertEquals(before, Files.getAttribute(volume, "unix:ino"));
    }

    @Test
    void aLinkLeadsNowhereButIntoTheImage() throws IOException {
        Files.createSymbolicLink(root.resolve("out"), Path.of("../../../../../../etc"));
        assertFalse(fill("/out"));
        Files.createDirectory(root.resolve("etc"));
        Files.createFile(root.resolve("etc/only"));
        assertTrue(fill("/out"));
        assertEquals(Set.of(".", "only"), TreeScan.of(volume).keySet());
    }
}
