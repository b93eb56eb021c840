package dev.berth.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.SmallHeap;
import dev.berth.linux.Syscalls;
import dev.berth.oci.Descriptor;
import dev.berth.oci.DiffId;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import dev.berth.store.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers of so many long names that the heap would be full of them: a name has up to 4 KiB, and packs to nothing. */
class ManyNamesTest {
    /** 2,510 bytes; with the names of this test below it, a path still fits the kernel's limit from the machine's root. */
    private static final String DEEP = ("d".repeat(250) + "/").repeat(10);

    @TempDir
    Path temp;

    private TestImage image;

    @BeforeEach
    void open() {
        Need.root();
        image = new TestImage(temp.resolve("data"));
    }

    @AfterEach
    void close() {
        image.close();
    }

    @Test
    void linksThatWaitForLongTargetsAreRefused() {
        TarBuilder tar = new TarBuilder();
        for (int i = 0; i < 1_200; i++) {
            tar.hardLink("l" + i, ("t".repeat(250) + "/").repeat(16) + i);
        }
        assertRefused("hard links that come before their targets, or their names have more than 4194304 bytes", tar);
    }

    @Test
    void opaqueDirectoriesOfLongNamesAreRefused() {
        TarBuilder tar = new TarBuilder();
        for (int i = 0; i < 1_800; i++) {
            tar.directory(DEEP + i + "/").file(DEEP + i + "/.wh..wh.opq", "");
        }
        assertRefused("opaque directories, or their names have more than 4194304 bytes together", tar);
    }

    @Test
    void aLowerFileAmongTooManyDirectoriesIsRefused() {
        TarBuilder below = new TarBuilder().file("f", "x").hardLink("f2", "f");
        for (int i = 0; i < 3_600; i++) {
            below.directory(DEEP + i + "/");
        }
        image.layer(below);
        assertRefused("whose other names cannot be found", new TarBuilder().hardLink("l", "f"));
    }

    /** 10 MB of names, of directories that the archive only implies, and twice: in the second round their times were set already. */
    @Test
    void directoriesOfLongNamesFitASmallHeap() throws Exception {
        TarBuilder tar = new TarBuilder().directory(DEEP, m -> m.modified(7));
        for (int i = 0; i < 8_000; i++) {
            tar.file(DEEP + (i % 4_000) + (i < 4_000 ? "/f" : "/g"), "");
        }
        image.layer(tar);
        Descriptor layer = image.layers.get(0);
        Path tree = Path.of(SmallHeap.run(
                "16m",
                Unpack.class,
                image.data.root() + "2",
                image.data.paths().blob(layer.digest()).toString(),
                image.diffIds.get(0).toString()));
        try (var names = Files.list(tree.resolve(DEEP))) {
            assertEquals(4_000, names.count());
        }
        assertEquals(7, Files.getLastModifiedTime(tree.resolve(DEEP)).toMillis() / 1000);
        assertEquals(
                List.of(Attributes.IMPLIED_DIRECTORY.modified().seconds(), 2L),
                List.of(
                        Files.getLastModifiedTime(tree.resolve(DEEP + "77")).toMillis() / 1000,
                        Files.list(tree.resolve(DEEP + "77")).count()));
    }

    /** What runs with little memory. */
    static final class Unpack {
        public static void main(String[] arguments) throws Exception {
            Path blob = Path.of(arguments[1]);
            Descriptor layer =
                    new Descriptor(MediaType.OCI_LAYER_GZIP, Digest.of(Files.readAllBytes(blob)), Files.size(blob));
            try (DataDirectory data = DataDirectory.open(Path.of(arguments[0]), Syscalls.linux());
                    Layers layers = new Layers(data, Syscalls.linux())) {
                data.blobs().put(layer, Files.readAllBytes(blob));
                System.out.print(layers.unpack(List.of(layer), List.of(DiffId.parse(arguments[2])), LayerProgress.NONE)
                        .get(0)
                        .tree());
            }
        }
    }

    private void assertRefused(String sentence, TarBuilder tar) {
        image.layer(tar);
        Layers layers = image.closing(new Layers(image.data, Syscalls.linux()));
        RootfsException refused = assertThrows(
                RootfsException.BadLayer.class, () -> layers.unpack(image.layers, image.diffIds, LayerProgress.NONE));
        assertTrue(refused.getMessage().contains(sentence), refused.getMessage());
    }
}
