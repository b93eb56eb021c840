package dev.berth.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.Fd;
import dev.berth.linux.Timestamp;
import dev.berth.rootfs.Need;
import dev.berth.rootfs.TreeComparator;
import dev.berth.rootfs.TreeScan;
import dev.berth.rootfs.tar.TarEntry;
import dev.berth.rootfs.tar.TarReader;
import dev.berth.rootfs.tar.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a tree becomes as a tar stream; GNU tar says whether it is right. */
@Timeout(60)
class TreePackerTest {
    @TempDir
    Path temp;

    private static List<TarEntry> entries(byte[] tar) throws IOException {
        List<TarEntry> entries = new ArrayList<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(tar));
        for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            entries.add(next.get());
        }
        return entries;
    }

    private void gnuTar(byte[] archive, String... options) throws Exception {
        Path file = Files.write(temp.resolve("archive.tar"), archive);
        List<String> command =
                new ArrayList<>(List.of("tar", "-C", temp.resolve("out").toString(), "-f", file.toString()));
        command.addAll(List.of(options));
        Files.createDirectories(temp.resolve("out"));
        Process tar = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(tar.getInputStream().readAllBytes());
        assertEquals(0, tar.waitFor(), said);
        // It is right about that: the file is.
        assertEquals(
                "",
                said.lines()
                        .filter(line -> !line.contains("implausibly old time stamp"))
                        .collect(java.util.stream.Collectors.joining()));
    }

    @Test
    void gnuTarMakesTheSameTreeOfIt() throws Exception {
        Need.root();
        Path tree = Trees.everything(temp);
        gnuTar(Trees.packed(tree, "tree", Keep.ALL), "-x", "-p", "--numeric-owner", "--xattrs", "--xattrs-include=*");
        assertEquals(
                "",
                String.join(
                        "\n",
                        TreeComparator.differences(
                                TreeScan.of(tree), TreeScan.of(temp.resolve("out/tree")), Set.of())));
    }

    @Test
    void whatStaysAtHomeIsRootsAndHasNoAttributes() throws Exception {
        Need.root();
        Path tree = Trees.everything(temp);
        for (TarEntry entry : entries(Trees.packed(tree, "tree", new Keep(false, false)))) {
            assertEquals(0, entry.uid() + entry.gid(), entry.name());
            assertEquals(Map.of(), entry.xattrs(), entry.name());
        }
    }

    @Test
    void namesBeginAsTheCallerWants() throws Exception {
        Path tree = Files.createDirectories(temp.resolve("a/b")).getParent();
        assertEquals(
                List.of("x/", "x/b/"),
                entries(Trees.packed(tree, "x", Keep.ALL)).stream()
                        .map(TarEntry::name)
                        .toList());
        assertEquals(
                List.of("./", "./b/"),
                entries(Trees.packed(tree, ".", Keep.ALL)).stream()
                        .map(TarEntry::name)
                        .toList());
    }

    @Test
    void aSocketIsLeftOutAndAFifoIsNotOpened() throws Exception {
        Path tree = Files.createDirectory(temp.resolve("tree"));
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(tree.resolve("socket")));
            Trees.CALLS.mknodat(
                    dev.berth.linux.At.FDCWD, Trees.path(tree, "fifo"), dev.berth.linux.Mode.FIFO | 0644, 0);
            List<TarEntry> entries = entries(Trees.packed(tree, "t", Keep.ALL));
            assertEquals(
                    List.of("t/", "t/fifo"),
                    entries.stream().map(TarEntry::name).toList());
            assertEquals(TarEntry.Type.FIFO, entries.get(1).type());
        }
    }

    @Test
    void fileSystemsOfTheKernelAreEmptyDirectories() throws Exception {
        try (Fd root = Trees.handle(Path.of("/proc"))) {
            assertThrows(FilesException.Wrong.class, () -> TreePacker.check(Trees.CALLS, root));
        }
    }

    @Test
    void aFileThatShrinksIsFilledUpAndOneThatGrowsIsCut() throws Exception {
        Path file = Files.write(temp.resolve("file"), new byte[] {1, 2, 3});
        byte[] tar;
        try (Fd handle = Trees.handle(file)) {
            java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
            // The header is written between the look at the size and the first read.
            OutputStream meddling = new java.io.FilterOutputStream(out) {
                @Override
                public void write(byte[] bytes) throws IOException {
                    out.write(bytes);
                    Files.write(file, new byte[] {9});
                }
            };
            TarWriter writer = new TarWriter(meddling);
            new TreePacker(Trees.CALLS, writer, Keep.ALL).pack(handle, "file");
            writer.finish();
            tar = out.toByteArray();
        }
        TarReader reader = new TarReader(new ByteArrayInputStream(tar));
        assertEquals(3, reader.next().orElseThrow().size());
        byte[] content = new byte[3];
        assertEquals(3, reader.read(content, 0, 3));
        assertArrayEquals(new byte[] {9, 0, 0}, content);
        assertTrue(reader.next().isEmpty());
    }

    @Test
    void largeNumbersAndTimesSurvive() throws Exception {
        TarEntry large = new TarEntry(
                TarEntry.Type.FILE,
                "large",
                "",
                0644,
                0xfffffffeL,
                3_000_000,
                new Timestamp(99_999_999_999L, 1),
                20L << 30,
                Map.of(),
                Optional.empty());
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        new TarWriter(out).add(large);
        TarEntry read = new TarReader(new ByteArrayInputStream(out.toByteArray()))
                .next()
                .orElseThrow();
        assertEquals(large, read);
    }

    @Test
    void tooDeepATreeIsRefused() throws Exception {
        Path deep = Files.createDirectories(temp.resolve("d/".repeat(300)));
        assertTrue(Files.exists(deep));
        String said = assertThrows(FilesException.Wrong.class, () -> Trees.packed(temp.resolve("d"), "d", Keep.ALL))
                .getMessage();
        assertTrue(said.contains("deeper than 256"), said);
    }
}
