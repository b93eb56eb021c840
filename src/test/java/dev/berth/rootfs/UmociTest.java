package dev.berth.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.berth.linux.Fd;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tree that a container sees is the one that {@code umoci unpack} makes of the same image. */
class UmociTest {
    /** cap_net_raw+ep, version 2: bytes that are no UTF-8. */
    static final byte[] CAPABILITY = HexFormat.of().parseHex("0100000200200000000000000000000000000000");

    @TempDir
    Path temp;

    @BeforeEach
    void needsRootAndUmoci() {
        Need.root();
        Need.program("umoci");
        Need.program("skopeo");
    }

    @Test
    void everythingInOneLayer() throws Exception {
        check(List.of(Layered.base()), Set.of());
    }

    @Test
    void whiteoutsAndOpaqueDirectories() throws Exception {
        // umoci gives "kept" the time of its own deletions.
        check(
                opaque -> List.of(
                        Layered.base(),
                        Layered.deletions(opaque),
                        new TarBuilder()
                                .directory("tree/")
                                .directory("tree/branch/")
                                .file("tree/branch/leaf2", "2")),
                Set.of("kept"));
    }

    @Test
    void directoryToFileToDirectory() throws Exception {
        check(
                List.of(
                        new TarBuilder()
                                .directory("a/")
                                .file("a/one", "1")
                                .directory("b/")
                                .file("b/one", "1"),
                        new TarBuilder().file("a", "a file").symlink("b", "a"),
                        new TarBuilder()
                                .directory("a/")
                                .file("a/three", "3")
                                .directory("b/")
                                .file("b/three", "3")),
                Set.of("."));
    }

    @Test
    void hardLinksAcrossLayers() throws Exception {
        check(
                List.of(
                        Layered.base(),
                        new TarBuilder()
                                .hardLink("linked-below", "/etc/passwd")
                                .hardLink("bin/third", "bin/first")
                                .hardLink("symlink-linked", "link")
                                .directory("odd/deep/", m -> m.mode(0700))
                                .hardLink("odd/deep/caps", "bin/caps"),
                        new TarBuilder().hardLink("bin/fourth", "bin/third").file("bin/first", "other now")),
                Set.of("."));
    }

    @Test
    void impliedParentsTakeWhatIsBelow() throws Exception {
        check(
                List.of(
                        Layered.base(),
                        new TarBuilder()
                                .file("odd/file", "in a directory of mode 1731")
                                .file("odd/deeper/new/file", "x")
                                .file("brand/new/file", "x")),
                Set.of(".", "odd/deeper", "odd/deeper/new", "brand", "brand/new"));
    }

    @Test
    void symlinkedParentsAreFollowed() throws Exception {
        check(
                List.of(
                        Layered.base(),
                        new TarBuilder()
                                .file("lib/below", "through a relative link")
                                .file("absolute/inside", "through an absolute link")
                                .file("up/deep/inside", "through ..")
                                .file("dangling/made", "where it leads, a directory is made")
                                .symlink("here", "usr/lib")
                                .file("here/own", "through a link of this layer")
                                .file("lib/.wh.old", "")),
                Set.of(".", "away", "away/from", "away/from/here"));
    }

    @Test
    void everythingTogether() throws Exception {
        check(Layered::image, Layered.UMOCI_TIMES);
    }

    @Test
    void manyLayers() throws Exception {
        List<TarBuilder> layers = new java.util.ArrayList<>();
        for (int i = 0; i < 60; i++) {
            layers.add(new TarBuilder()
                    .directory("./", m -> m.mode(0755))
                    .directory("d/")
                    .file("d/f" + i, "content " + i)
                    .file("d/.wh.f" + (i - 10), "")
                    .file("same", "layer " + i));
        }
        check(layers, Set.of());
    }

    private void check(List<TarBuilder> layers, Set<String> anyTime) throws Exception {
        check(opaque -> layers, anyTime);
    }

    private void check(Function<String, List<TarBuilder>> layers, Set<String> anyTime) throws Exception {
        Path expected = umoci(layers.apply(Layered.UMOCI_OPAQUE));
        try (TestImage image = new TestImage(temp.resolve("data"))) {
            layers.apply(Layered.OPAQUE).forEach(image::layer);
            Snapshots snapshots = new Snapshots(image.data, Syscalls.linux());
            List<LayerDirectory> stack = image.closing(new Layers(image.data, Syscalls.linux()))
                    .unpack(image.layers, image.diffIds, LayerProgress.NONE);
            snapshots.prepare("c1", stack);
            try (Fd mount = snapshots.mount("c1")) {
                assertEquals(
                        "",
                        String.join(
                                "\n", TreeComparator.differences(TreeScan.of(expected), TreeScan.of(mount), anyTime)));
            }
        }
    }

    private Path umoci(List<TarBuilder> layers) throws IOException, InterruptedException {
        try (TestImage image = new TestImage(temp.resolve("umoci"))) {
            layers.forEach(image::layer);
            image.tag("localhost/test:1");
            run(
                    "skopeo",
                    "copy",
                    "-q",
                    "oci:" + image.data.root() + ":localhost/test:1",
                    "oci:" + temp.resolve("copy") + ":test");
        }
        run(
                "umoci",
                "unpack",
                "--image",
                temp.resolve("copy") + ":test",
                temp.resolve("bundle").toString());
        return temp.resolve("bundle/rootfs");
    }

    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }
}
