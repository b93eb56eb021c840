package dev.berth.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.AttributeWriter;
import dev.berth.rootfs.Need;
import dev.berth.rootfs.Owners;
import dev.berth.rootfs.RootedDirectory;
import dev.berth.rootfs.TarBuilder;
import dev.berth.rootfs.TreeComparator;
import dev.berth.rootfs.TreeScan;
import dev.berth.rootfs.tar.TarException;
import dev.berth.rootfs.tar.TarReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Archives, also hostile ones, become files beneath the destination and nothing else anywhere. */
@Timeout(60)
class TreeUnpackerTest {
    @TempDir
    Path temp;

    private Path root;
    private Path outside;

    @BeforeEach
    void make() throws IOException {
        root = Files.createDirectories(temp.resolve("root"));
        Files.createDirectories(root.resolve("dest"));
        outside = Files.createDirectory(temp.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "untouched");
    }

    private static Fd directory(Path path) {
        return new Fd(Trees.CALLS, Trees.CALLS.openat(At.FDCWD, Syscalls.bytes(path), Open.PATH | Open.DIRECTORY, 0));
    }

    /** As the service does in a container. */
    private void unpack(byte[] archive) throws IOException {
        try (Fd top = directory(root)) {
            Giving all = Giving.all(new AttributeWriter(Trees.CALLS, Owners.read(Path.of("/proc/self"))));
            new RootedTree(Trees.CALLS, top).unpacker("/dest", all).unpack(reader(archive));
        }
    }

    /** As the command line does on the machine. */
    private void unpackLocally(byte[] archive) throws IOException {
        try (Fd top = directory(root.resolve("dest"))) {
            new TreeUnpacker(Trees.CALLS, RootedDirectory.strict(Trees.CALLS, top), "", Giving.ordinary(Trees.CALLS))
                    .unpack(reader(archive));
        }
    }

    private static TarReader reader(byte[] archive) {
        return new TarReader(new ByteArrayInputStream(archive));
    }

    private String refused(TarBuilder archive) {
        return assertThrows(FilesException.class, () -> unpack(archive.build())).getMessage();
    }

    private void nothingHappenedOutside() throws IOException {
        assertEquals("untouched", Files.readString(outside.resolve("secret")));
        try (Stream<Path> all = Files.list(outside)) {
            assertEquals(1, all.count());
        }
        try (Stream<Path> all = Files.walk(root)) {
            assertEquals(
                    List.of(),
                    all.filter(path -> path.getFileName().toString().startsWith(".berth-"))
                            .toList());
        }
    }

    @Test
    void aTreeComesBackAsItWas() throws Exception {
        Need.root();
        Path tree = Trees.everything(temp);
        unpack(Trees.packed(tree, "tree", Keep.ALL));
        assertEquals(
                "",
                String.join(
                        "\n",
                        TreeComparator.differences(
                                TreeScan.of(tree), TreeScan.of(root.resolve("dest/tree")), Set.of())));
        nothingHappenedOutside();
    }

    @Test
    void aSecondCopyReplacesTheFirst() throws Exception {
        Need.root();
        Path tree = Trees.everything(temp);
        unpack(Trees.packed(tree, "tree", Keep.ALL));
        Files.writeString(tree.resolve("file"), "changed");
        unpack(Trees.packed(tree, "tree", Keep.ALL));
        assertEquals("changed", Files.readString(root.resolve("dest/tree/hard")));
        nothingHappenedOutside();
    }

    @Test
    void namesThatLeadUpEndInTheDestination() throws Exception {
        unpack(new TarBuilder()
                .file("../../outside/secret", "a")
                .file("/etc/x", "b")
                .file("a/../../../b", "c")
                .directory("./")
                .build());
        assertEquals("a", Files.readString(root.resolve("dest/outside/secret")));
        assertEquals("b", Files.readString(root.resolve("dest/etc/x")));
        assertEquals("c", Files.readString(root.resolve("dest/b")));
        nothingHappenedOutside();
    }

    @Test
    void aLinkInTheArchiveLeadsNoWriteOutOfTheRoot() throws Exception {
        unpack(new TarBuilder()
                .symlink("up", "../../outside")
                .symlink("abs", outside.toString())
                .build());
        assertThrows(
                FilesException.class,
                () -> unpack(new TarBuilder().file("up/secret", "x").build()));
        assertThrows(
                FilesException.class,
                () -> unpack(new TarBuilder().file("abs/secret", "x").build()));
        nothingHappenedOutside();
    }

    @Test
    void onTheMachineNoLinkIsFollowedAtAll() throws Exception {
        Files.createDirectory(root.resolve("inside"));
        byte[] archive = new TarBuilder()
                .symlink("link", "../inside")
                .file("link/x", "x")
                .build();
        assertThrows(FilesException.class, () -> unpackLocally(archive));
        assertFalse(Files.exists(root.resolve("inside/x")));
        byte[] over = new TarBuilder()
                .symlink("f", outside + "/secret")
                .file("f", "new")
                .build();
        unpackLocally(over);
        assertEquals("new", Files.readString(root.resolve("dest/f")));
        nothingHappenedOutside();
    }

    @Test
    void hardLinksStayInTheDestination() throws Exception {
        Files.writeString(root.resolve("above"), "above");
        for (String target : List.of("../above", "/above", "../../outside/secret", "none", outside + "/secret")) {
            String said = refused(new TarBuilder().hardLink("link", target));
            assertTrue(said.startsWith("link cannot be a hard link to "), said);
        }
        assertTrue(refused(new TarBuilder().hardLink("link", "/")).contains("directory"));
        assertTrue(
                refused(new TarBuilder().directory("d/").hardLink("link", "d")).contains("not permitted"));
        nothingHappenedOutside();
    }

    @Test
    void aDirectoryAndAFileNeverReplaceEachOther() throws Exception {
        Files.createDirectories(root.resolve("dest/d/inner"));
        Files.writeString(root.resolve("dest/f"), "stays");
        assertEquals("a file cannot replace d, which is a directory there", refused(new TarBuilder().file("d", "x")));
        assertEquals(
                "a file cannot replace d, which is a directory there", refused(new TarBuilder().symlink("d", "x")));
        assertEquals("a directory cannot replace f, which is none there", refused(new TarBuilder().directory("f/")));
        assertEquals("stays", Files.readString(root.resolve("dest/f")));
        nothingHappenedOutside();
    }

    @Test
    void whiteoutsAreFiles() throws Exception {
        Files.writeString(root.resolve("dest/x"), "stays");
        unpack(new TarBuilder().file(".wh.x", "").file(".wh..wh.opq", "").build());
        assertEquals("stays", Files.readString(root.resolve("dest/x")));
        assertTrue(Files.exists(root.resolve("dest/.wh.x")));
        assertTrue(Files.exists(root.resolve("dest/.wh..wh.opq")));
    }

    @Test
    void attributesThatWouldChangeTheMergedTreeAreRefused() {
        assertTrue(refused(new TarBuilder().file("x", "y", m -> m.xattr("user.overlay.opaque", "y")))
                .contains("user.overlay.opaque"));
        assertTrue(refused(new TarBuilder().file("x", "y", m -> m.xattr("trusted.overlay.opaque", "y")))
                .contains("trusted.overlay.opaque"));
    }

    @Test
    void anArchiveThatBreaksOffLeavesWholeFilesOnly() throws Exception {
        byte[] whole = new TarBuilder()
                .file("first", "1")
                .file("second", "2".repeat(3000))
                .build();
        byte[] cut = Arrays.copyOf(whole, 512 * 4);
        assertThrows(TarException.class, () -> unpack(cut));
        assertTrue(Files.exists(root.resolve("dest/first")));
        assertFalse(Files.exists(root.resolve("dest/second")));
        assertThrows(
                TarException.class,
                () -> unpack("this is no archive".repeat(100).getBytes()));
        nothingHappenedOutside();
    }

    @Test
    void nothingOfAForeignFileBecomesSetuidOnTheMachine() throws Exception {
        unpackLocally(new TarBuilder()
                .file("tool", "x", m -> m.mode(06755).owner(1234, 1234))
                .directory("closed/", m -> m.mode(0555))
                .file("closed/inner", "y")
                .build());
        assertEquals("rwxr-xr-x", mode("tool"));
        assertEquals("r-xr-xr-x", mode("closed"));
        assertEquals(Files.getOwner(root), Files.getOwner(root.resolve("dest/tool")));
        assertEquals(
                1_600_000_000_000L,
                Files.getLastModifiedTime(root.resolve("dest/closed"), LinkOption.NOFOLLOW_LINKS)
                        .toMillis());
    }

    private String mode(String name) throws IOException {
        return java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root.resolve("dest").resolve(name)));
    }

    /** Somebody swaps a directory for a link that leads out, as fast as he can (CVE-2018-15664). */
    @Test
    void swapsOfTheParentLeadNowhere() throws Exception {
        Path parent = Files.createDirectory(root.resolve("dest/d"));
        AtomicBoolean over = new AtomicBoolean();
        Thread swapper = new Thread(() -> {
            while (!over.get()) {
                try {
                    Files.move(parent, root.resolve("dest/aside"));
                    Files.createSymbolicLink(parent, outside);
                    Thread.onSpinWait();
                    Files.delete(parent);
                    Files.move(root.resolve("dest/aside"), parent);
                } catch (IOException busy) {
                    continue;
                }
            }
        });
        swapper.start();
        byte[] archive = new TarBuilder()
                .file("d/secret", "hacked")
                .file("d/new", "hacked")
                .build();
        try {
            for (int i = 0; i < 300; i++) {
                try {
                    unpack(archive);
                    unpackLocally(archive);
                } catch (FilesException raced) {
                    continue;
                }
            }
        } finally {
            over.set(true);
            swapper.join();
        }
        assertEquals("untouched", Files.readString(outside.resolve("secret")));
        assertFalse(Files.exists(outside.resolve("new")));
    }
}
