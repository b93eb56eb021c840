package dev.berth.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.Fd;
import dev.berth.linux.Stat;
import dev.berth.linux.Syscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotsTest {
    private final Syscalls calls = Syscalls.linux();

    @TempDir
    Path temp;

    private TestImage image;
    private Layers layers;
    private Snapshots snapshots;

    @BeforeEach
    void open() {
        Need.root();
        image = new TestImage(temp.resolve("data"));
        layers = image.closing(new Layers(image.data, calls));
        snapshots = new Snapshots(image.data, calls);
    }

    @AfterEach
    void close() {
        image.close();
    }

    @Test
    void theRootTakesWhatTheUppermostLayerSaysOfIt() throws Exception {
        image.layer(new TarBuilder()
                        .directory(
                                "./", m -> m.mode(0711).owner(4, 5).modified(77).xattr("user.a", "b")))
                .layer(new TarBuilder().file("f", ""));
        snapshots.prepare("c", unpack());
        try (Fd mount = snapshots.mount("c")) {
            Stat root = calls.fstat(mount.number());
            assertEquals(0711, root.permissions());
            assertEquals(4, root.uid());
            assertEquals(77, root.modified().seconds());
            assertTrue(TreeScan.of(mount).get(".").xattrs().contains("user.a"));
        }
    }

    @Test
    void whatAContainerWritesStaysUntilItIsRemoved() throws Exception {
        image.layer(new TarBuilder().file("f", "image"));
        List<LayerDirectory> stack = unpack();
        snapshots.prepare("c", stack);
        try (Fd mount = snapshots.mount("c")) {
            Files.writeString(Path.of(mount.procPath(), "f"), "container");
        }
        snapshots.prepare("c", stack);
        try (Fd mount = snapshots.mount("c")) {
            assertEquals("container", Files.readString(Path.of(mount.procPath(), "f")));
        }
        assertEquals("image", Files.readString(stack.get(0).tree().resolve("f")));
        assertEquals(Set.of(stack.get(0).name()), snapshots.usedLayers());
        snapshots.remove("c");
        snapshots.remove("c");
        image.data.trash().drain();
        assertEquals(0, Files.list(image.data.root().resolve("containers/c")).count());
        assertEquals(0, Files.list(image.data.paths().trash()).count());
        assertThrows(RootfsException.CannotMount.class, () -> snapshots.mount("c"));
    }

    @Test
    void aLayerThatAnImageHasTwiceCountsWhereItIsUppermost() throws Exception {
        byte[] twice = new TarBuilder()
                .file("first", "1")
                .file("back", "1")
                .directory("d/")
                .file("d/x", "1")
                .build();
        image.layer(new TarBuilder().directory("d/").file("d/base", "0"))
                .layer(twice)
                .layer(new TarBuilder()
                        .file("first", "2")
                        .file(".wh.back", "")
                        .directory("d/")
                        .file("d/.wh..wh.opq", "")
                        .file("d/y", "2"))
                .layer(twice)
                .layer(new TarBuilder().hardLink("above", "first"));
        List<LayerDirectory> stack = unpack();
        assertEquals(4, stack.size());
        snapshots.prepare("c", stack);
        try (Fd mount = snapshots.mount("c")) {
            assertEquals(
                    Set.of(".", "first", "above", "back", "d", "d/x", "d/y"),
                    TreeScan.of(mount).keySet());
            assertEquals("1", Files.readString(Path.of(mount.procPath(), "above")));
        }
    }

    @Test
    void mountsOneAndManyLayers() throws Exception {
        for (int i = 0; i < Overlay.MAX_LAYERS; i++) {
            image.layer(new TarBuilder().file("f" + i, ""));
        }
        List<LayerDirectory> stack = unpack();
        snapshots.prepare("many", stack);
        snapshots.prepare("one", stack.subList(0, 1));
        try (Fd many = snapshots.mount("many");
                Fd one = snapshots.mount("one")) {
            assertEquals(Overlay.MAX_LAYERS + 1, TreeScan.of(many).size());
            assertEquals(2, TreeScan.of(one).size());
        }
        image.layer(new TarBuilder().file("one more", ""));
        assertTrue(assertThrows(RootfsException.BadLayer.class, this::unpack)
                .getMessage()
                .contains("129 layers"));
    }

    @Test
    void mountsAsKernelsBefore65Want() throws Exception {
        for (int i = 0; i < Overlay.MAX_LAYERS; i++) {
            image.layer(new TarBuilder().file("f" + i, ""));
        }
        List<LayerDirectory> stack = unpack();
        snapshots.prepare("c", stack);
        Overlay overlay = new Overlay(calls, image.data.root().resolve("mount"));
        LayerPaths paths = new LayerPaths(image.data.root());
        for (int count : List.of(2, Overlay.MAX_LAYERS)) {
            List<Fd> open = new ArrayList<>();
            List<String> lowers = stack.subList(0, count).stream()
                    .map(layer -> overlay.directory(layer.tree(), open))
                    .toList();
            try (Fd mount = overlay.joined(
                    lowers,
                    Optional.of(overlay.directory(paths.upper("c"), open)),
                    Optional.of(overlay.directory(paths.work("c"), open)))) {
                assertEquals(count + 1, TreeScan.of(mount).size());
            }
            open.forEach(Fd::close);
        }
        assertFalse(Files.readString(Path.of("/proc/self/mountinfo")).contains(temp.toString()));
    }

    private List<LayerDirectory> unpack() throws InterruptedException {
        return layers.unpack(image.layers, image.diffIds, LayerProgress.NONE);
    }
}
