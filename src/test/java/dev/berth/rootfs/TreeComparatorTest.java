package dev.berth.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.Syscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparator is no judge unless it notices every single change. */
class TreeComparatorTest {
    private final Syscalls calls = Syscalls.linux();

    @TempDir
    Path temp;

    private TestImage image;
    private Path tree;
    private Map<String, TreeScan.Node> before;

    @BeforeEach
    void makeTree() throws Exception {
        Need.root();
        image = new TestImage(temp.resolve("data"));
        image.layer(Layered.base());
        tree = image.closing(new Layers(image.data, calls))
                .unpack(image.layers, image.diffIds, LayerProgress.NONE)
                .get(0)
                .tree();
        before = TreeScan.of(tree);
    }

    @AfterEach
    void close() {
        image.close();
    }

    @Test
    void findsNothingInTheSameTree() {
        assertEquals(List.of(), differences());
    }

    @Test
    void noticesType() throws Exception {
        Files.delete(tree.resolve("pipe"));
        Files.createFile(tree.resolve("pipe"));
        notices("type", "pipe");
    }

    @Test
    void noticesAMissingAndANewName() throws Exception {
        Files.delete(tree.resolve("usr/lib/old"));
        Files.createFile(tree.resolve("usr/lib/new"));
        notices("only in the first", "usr/lib/old");
        notices("only in the second", "usr/lib/new");
    }

    @Test
    void noticesMode() {
        calls.fchmodat(-100, Syscalls.bytes(tree.resolve("bin/su")), 0755);
        notices("mode", "bin/su");
    }

    @Test
    void noticesOwners() {
        calls.fchownat(-100, Syscalls.bytes(tree.resolve("lib")), 1, -1, 0x100);
        notices("uid", "lib");
        calls.fchownat(-100, Syscalls.bytes(tree.resolve("bin/first")), -1, 1, 0);
        notices("gid", "bin/first");
    }

    @Test
    void noticesNanosecondsOfAFileAndOfADirectory() throws Exception {
        Files.setLastModifiedTime(
                tree.resolve("etc/passwd"),
                java.nio.file.attribute.FileTime.from(java.time.Instant.ofEpochSecond(1500000002L, 8)));
        notices("mtime", "etc/passwd");
        Files.setLastModifiedTime(
                tree.resolve("etc"),
                java.nio.file.attribute.FileTime.from(java.time.Instant.ofEpochSecond(1500000001L, 123456788)));
        notices("mtime", "etc");
    }

    @Test
    void noticesTarget() throws Exception {
        Files.delete(tree.resolve("absolute"));
        Files.createSymbolicLink(tree.resolve("absolute"), Path.of("usr/lib"));
        notices("target", "absolute");
    }

    @Test
    void noticesContentOfTheSameSize() throws Exception {
        Files.writeString(tree.resolve("usr/lib/old"), "OLD");
        notices("content", "usr/lib/old");
    }

    @Test
    void noticesXattrs() {
        calls.removexattr(Syscalls.bytes(tree.resolve("bin/caps")), Syscalls.bytes("security.capability"));
        notices("xattrs", "bin/caps");
        calls.setxattr(Syscalls.bytes(tree.resolve("odd")), Syscalls.bytes("user.mark"), new byte[] {'o', 'd', 'D'}, 0);
        notices("xattrs", "odd");
    }

    @Test
    void noticesABrokenHardLink() throws Exception {
        Path second = tree.resolve("bin/second");
        byte[] content = Files.readAllBytes(second);
        Files.delete(second);
        Files.write(second, content);
        notices("hard links", "bin/second");
        notices("hard links", "bin/first");
    }

    private void notices(String what, String path) {
        assertTrue(
                differences().stream().anyMatch(difference -> difference.startsWith(path + ": " + what)),
                () -> what + " of " + path + " in " + differences());
    }

    private List<String> differences() {
        return TreeComparator.differences(before, TreeScan.of(tree), Set.of());
    }
}
