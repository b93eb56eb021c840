package dev.berth.rootfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.Errno;
import dev.berth.linux.IdMap;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.oci.Descriptor;
import dev.berth.oci.DiffId;
import dev.berth.oci.Digest;
import dev.berth.oci.MediaType;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that lie, attack or are broken: nothing outside their root changes, and what is refused leaves nothing behind. */
class HostileLayerTest {
    private static final ExtractionLimits SMALL = new ExtractionLimits(64 << 20, 100, 1 << 20, 1000);

    @TempDir
    Path temp;

    private Path outside;
    private Map<String, TreeScan.Node> outsideBefore;
    private TestImage image;
    private Layers layers;

    @BeforeEach
    void open() throws Exception {
        Need.root();
        outside = Files.createDirectory(temp.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        outsideBefore = TreeScan.of(outside);
        image = new TestImage(temp.resolve("data"));
        layers = image.closing(
                new Layers(image.data, Syscalls.linux(), Owners.read(Path.of("/proc/self")), SMALL, "boot"));
    }

    @AfterEach
    void nothingOutsideChanged() {
        assertEquals(List.of(), TreeComparator.differences(outsideBefore, TreeScan.of(outside), java.util.Set.of()));
        image.close();
    }

    // --- names that want out

    @Test
    void dotsAndAbsoluteNamesStayInside() throws Exception {
        Path tree = unpack(new TarBuilder()
                .file("../../../escape", "1")
                .file("/absolute", "2")
                .file("a/../../b", "3")
                .file("./././c//d", "4")
                .directory(".."));
        assertEquals("1", Files.readString(tree.resolve("escape")));
        assertEquals("2", Files.readString(tree.resolve("absolute")));
        assertEquals("3", Files.readString(tree.resolve("b")));
        assertEquals("4", Files.readString(tree.resolve("c/d")));
        assertFalse(Files.exists(temp.resolve("escape")));
    }

    @Test
    void aSymlinkOutIsFollowedInsideTheRoot() throws Exception {
        Path tree = unpack(new TarBuilder()
                .symlink("out", outside.toString())
                .file("out/new", "inside")
                .symlink("up", "../../../../../../../../.." + outside)
                .file("up/newer", "inside"));
        assertTrue(Files.exists(tree.resolve(outside.toString().substring(1)).resolve("new")));
        assertTrue(Files.exists(tree.resolve(outside.toString().substring(1)).resolve("newer")));
    }

    @Test
    void aSymlinkOfALowerLayerIsFollowedInsideTheRoot() throws Exception {
        image.layer(new TarBuilder().symlink("out", outside.toString()));
        Path tree = unpack(new TarBuilder().file("out/new", "inside"));
        assertTrue(Files.exists(tree.resolve(outside.toString().substring(1)).resolve("new")));
    }

    @Test
    void aSymlinkOfALowerLayerThatIsReplacedIsFollowedNoMore() throws Exception {
        byte[] below = new TarBuilder()
                .directory("usr/lib/")
                .directory("opt/")
                .symlink("lib", "usr/lib")
                .symlink("far", "lib")
                .build();
        Path made =
                over(below, new TarBuilder().file("lib/x", "").directory("lib/").file("lib/y", ""));
        assertEquals(List.of("y"), names(made.resolve("lib")));
        Path deleted = over(
                below, new TarBuilder().file("lib/x", "").file(".wh.lib", "").file("lib/y", ""));
        assertEquals(List.of("y"), names(deleted.resolve("lib")));
        Path hidden = over(
                below,
                new TarBuilder().file("lib/x", "").file(".wh..wh.opq", "").file("lib/y", ""));
        assertEquals(List.of("y"), names(hidden.resolve("lib")));
        Path moved = over(
                below, new TarBuilder().file("lib/x", "").symlink("lib", "opt").file("lib/y", ""));
        assertEquals(List.of("y"), names(moved.resolve("opt")));
        Path chained =
                over(below, new TarBuilder().file("far/x", "").directory("lib/").file("far/y", ""));
        assertEquals(List.of("y"), names(chained.resolve("lib")));
        Path linked = over(
                below,
                new TarBuilder()
                        .symlink("s", "opt")
                        .file("lib/x", "")
                        .hardLink("lib", "s")
                        .file("lib/y", ""));
        assertEquals(List.of("y"), names(linked.resolve("opt")));
        for (Path tree : List.of(made, deleted, hidden, moved, chained, linked)) {
            assertEquals(List.of("x"), names(tree.resolve("usr/lib")), tree.toString());
        }
    }

    @Test
    void aFileReplacesASymlinkInsteadOfWritingThroughIt() throws Exception {
        Path tree = unpack(new TarBuilder()
                .symlink("secret", outside.resolve("secret").toString())
                .file("secret", "not through"));
        assertTrue(Files.isRegularFile(tree.resolve("secret"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void aDirectoryReplacesASymlinkToADirectory() throws Exception {
        Path tree = unpack(new TarBuilder()
                .symlink("d", outside.toString())
                .directory("d/", m -> m.mode(0700).modified(1))
                .file("d/secret", "own"));
        assertTrue(Files.isDirectory(tree.resolve("d"), LinkOption.NOFOLLOW_LINKS));
        assertEquals("own", Files.readString(tree.resolve("d/secret")));
    }

    @Test
    void aLoopOfSymlinksIsRefused() {
        assertSays(
                "too many symbolic links",
                new TarBuilder().symlink("a", "b").symlink("b", "a").file("a/x", ""));
    }

    @Test
    void modeTimeAndAttributesDoNotReachThroughASymlink() throws Exception {
        unpack(new TarBuilder()
                .symlink(
                        "l",
                        outside.resolve("secret").toString(),
                        m -> m.mode(0777).owner(9, 9).modified(7).xattr("user.mark", "x")));
    }

    // --- hard links

    @Test
    void aHardLinkToOutsideFindsNothing() {
        String sentence = "which does not exist";
        assertSays(sentence, new TarBuilder().hardLink("l", outside + "/secret"));
        assertSays(sentence, new TarBuilder().hardLink("l", "../../../../../.." + outside + "/secret"));
        assertSays(sentence, new TarBuilder().symlink("d", outside.toString()).hardLink("l", "d/secret"));
    }

    @Test
    void anAbsoluteTargetIsMeantInsideTheRoot() throws Exception {
        Path tree = unpack(new TarBuilder().directory("d/").file("d/f", "x").hardLink("l", "/d/f"));
        assertEquals(inode(tree.resolve("d/f")), inode(tree.resolve("l")));
    }

    @Test
    void aHardLinkToASymlinkLinksTheSymlink() throws Exception {
        Path tree = unpack(new TarBuilder()
                .symlink("s", outside.resolve("secret").toString())
                .hardLink("l", "s"));
        assertTrue(Files.isSymbolicLink(tree.resolve("l")));
    }

    @Test
    void aHardLinkMayComeBeforeItsTarget() throws Exception {
        Path tree = unpack(
                new TarBuilder().hardLink("z/l2", "l1").hardLink("l1", "d/f").file("d/f", "x"));
        assertEquals(inode(tree.resolve("d/f")), inode(tree.resolve("l1")));
        assertEquals(inode(tree.resolve("d/f")), inode(tree.resolve("z/l2")));
    }

    @Test
    void aHardLinkToItselfOrToADirectoryIsRefused() {
        assertSays("which does not exist", new TarBuilder().hardLink("l", "l"));
        assertSays("hard link to a directory", new TarBuilder().directory("d/").hardLink("l", "d"));
        assertSays("hard link to the root", new TarBuilder().hardLink("l", "/"));
        assertSays(
                "hard link to what is in it", new TarBuilder().file("d/f", "x").hardLink("d", "d/f"));
    }

    @Test
    void aHardLinkReplacesAFileOfAnotherDirectory() throws Exception {
        Path tree = unpack(new TarBuilder()
                .file("d/f", "x")
                .file("l", "old")
                .hardLink("l", "d/f")
                .hardLink("l", "d/f"));
        assertEquals(inode(tree.resolve("d/f")), inode(tree.resolve("l")));
    }

    @Test
    void aFileLinkedToItselfStays() throws Exception {
        Path tree = unpack(new TarBuilder().file("f", "x").hardLink("f", "./f"));
        assertEquals("x", Files.readString(tree.resolve("f")));
    }

    @Test
    void writingToOneNameOfALowerFileLeavesTheLowerLayerAlone() throws Exception {
        image.layer(new TarBuilder().file("f", "lower"));
        Path tree = unpack(new TarBuilder().hardLink("l", "f").file("l", "upper"));
        assertEquals("upper", Files.readString(tree.resolve("l")));
        assertEquals("lower", Files.readString(unpackAll().get(0).tree().resolve("f")));
    }

    @Test
    void aHardLinkToASparseFileOfALowerLayerCopiesItsBytesAndNotItsHoles() throws Exception {
        image.layer(new TarBuilder()
                .file(
                        "f",
                        "abcdefgh",
                        m -> m.pax("GNU.sparse.map", "4096,4,300000000,4").pax("GNU.sparse.size", "1000000000")));
        Path tree = unpack(new TarBuilder().hardLink("l", "f"));
        Stat copy = Syscalls.linux().statx(-100, Syscalls.bytes(tree.resolve("l")), 0x100);
        assertEquals(1_000_000_000, copy.size());
        assertTrue(copy.blocks() < 1000, copy.blocks() + " blocks");
        try (FileChannel content = FileChannel.open(tree.resolve("l"))) {
            ByteBuffer bytes = ByteBuffer.allocate(4);
            content.read(bytes, 300_000_000);
            assertEquals("efgh", new String(bytes.array(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void hardLinksToLowerFilesCopyNoMoreThanALayerOfTheirSizeMayHave() {
        byte[] noise = new byte[3 << 20];
        new Random(1).nextBytes(noise);
        image.layer(new TarBuilder().file("f", noise, m -> {}));
        assertSays("the limit for a layer of its size", new TarBuilder().hardLink("l", "f"));
    }

    // --- the root itself

    @Test
    void nothingReplacesTheRoot() {
        assertSays(
                "root directory",
                new TarBuilder().file("/", "x", m -> m.type('2').link("x")));
        assertSays("root directory", new TarBuilder().symlink(".", outside.toString()));
        assertSays("root directory", new TarBuilder().hardLink("..", "x"));
        assertSays("root directory", new TarBuilder().add(".", m -> m.type('6')));
    }

    // --- whiteouts

    @Test
    void whiteoutsWithoutANameAreRefused() {
        for (String name : List.of(".wh.", ".wh..", ".wh...", "d/.wh.", "d/.wh...")) {
            assertSays(
                    "deletes a file without a name",
                    new TarBuilder().directory("d/").file(name, ""));
        }
    }

    @Test
    void aWhiteoutThroughASymlinkDeletesInsideTheRoot() throws Exception {
        image.layer(new TarBuilder().directory("real/").file("real/x", "").symlink("out", "/real"));
        Path tree = unpack(new TarBuilder().file("out/.wh.x", ""));
        assertEquals(
                0L,
                Syscalls.linux()
                        .statx(-100, Syscalls.bytes(tree.resolve("real/x")), 0x100)
                        .rdevice());
    }

    @Test
    void auxiliaryFilesOfAufsAreLeftOutButTheirHardLinksWork() throws Exception {
        Path tree = unpack(new TarBuilder()
                .directory(".wh..wh.plnk/")
                .file(".wh..wh.plnk/1.2", "content", m -> m.mode(0640))
                .file(".wh..wh.aufs", "")
                .hardLink("one", ".wh..wh.plnk/1.2")
                .hardLink("two", ".wh..wh.plnk/1.2"));
        assertEquals("content", Files.readString(tree.resolve("two")));
        assertEquals(inode(tree.resolve("one")), inode(tree.resolve("two")));
        assertEquals(List.of("one", "two"), names(tree));
    }

    @Test
    void whiteoutsOfTheLowestLayerLeaveNoGhosts() throws Exception {
        assertEquals(
                List.of("f"),
                names(unpack(new TarBuilder().file("f", "").file(".wh.g", "").file("d/.wh.x", ""))));
    }

    @Test
    void aLayerWithWhiteoutsIsSharedOnlyWhereTheyHideSomething() throws Exception {
        TarBuilder deleting = new TarBuilder().directory("d/").file("d/.wh.x", "");
        byte[] tar = deleting.build();
        image.layer(new TarBuilder().directory("d/").file("d/x", "")).layer(tar);
        LayerDirectory first = unpackAll().get(1);
        TestImage same = image.another()
                .layer(new TarBuilder().directory("d/").file("d/x", "2"))
                .layer(tar);
        assertEquals(
                first,
                layers.unpack(same.layers, same.diffIds, LayerProgress.NONE).get(1));
        TestImage other = image.another().layer(new TarBuilder().file("e", "")).layer(tar);
        for (int i = 0; i < 2; i++) {
            Path tree = layers.unpack(other.layers, other.diffIds, LayerProgress.NONE)
                    .get(1)
                    .tree();
            assertEquals(List.of(), names(tree.resolve("d")));
        }
    }

    @Test
    void anOpaqueRootHidesAllLayersBelow() throws Exception {
        image.layer(new TarBuilder().file("old", ""))
                .layer(new TarBuilder().file(".wh..wh.opq", "").file("new", ""));
        List<LayerDirectory> stack = unpackAll();
        assertEquals(1, stack.size());
        assertEquals(List.of("new"), names(stack.get(0).tree()));
    }

    // --- special files, owners, attributes

    @Test
    void devicesAreLeftOutAndCounted() throws Exception {
        image.layer(new TarBuilder().file("lower", ""));
        image.layer(new TarBuilder()
                .add("dev/null", m -> m.type('3'))
                .add("disk", m -> m.type('4'))
                .add("lower", m -> m.type('3'))
                .fifo("pipe"));
        LayerDirectory layer = unpackAll().get(1);
        assertEquals(3, layer.devices());
        assertEquals(List.of("dev", "lower", "pipe"), names(layer.tree()));
    }

    @Test
    void aHardLinkToADeviceIsLeftOutAsWell() throws Exception {
        image.layer(new TarBuilder().file("a", "lower"));
        image.layer(new TarBuilder()
                .hardLink("early", "a")
                .add("a", m -> m.type('4'))
                .file("b", "gone")
                .hardLink("b", "a")
                .hardLink("d/c", "b")
                .add("f", m -> m.type('3'))
                .hardLink("late", "g")
                .hardLink("g", "f"));
        LayerDirectory layer = unpackAll().get(1);
        assertEquals(6, layer.devices());
        assertEquals(List.of("a", "d", "early"), names(layer.tree()));
        assertEquals(List.of(), names(layer.tree().resolve("d")));
        assertEquals("lower", Files.readString(layer.tree().resolve("early")));
    }

    @Test
    void aFileInThePlaceOfADeviceIsLinkedTo() throws Exception {
        Path tree = unpack(
                new TarBuilder().add("a", m -> m.type('4')).file("a", "x").hardLink("b", "a"));
        assertEquals(inode(tree.resolve("a")), inode(tree.resolve("b")));
    }

    @Test
    void ownersBeyondTheMapAreASentence() {
        IdMap few = new IdMap(List.of(new IdMap.Extent(0, 1000, 1), new IdMap.Extent(1, 100000, 65536)));
        layers = image.closing(new Layers(image.data, Syscalls.linux(), new Owners(few, few), SMALL, "boot"));
        assertSays(
                "f belongs to user 70000, but only 65537 ids are mapped",
                new TarBuilder().file("f", "", m -> m.owner(70000, 0)));
        assertSays("s belongs to group 70001", new TarBuilder().symlink("s", "x", m -> m.owner(0, 70001)));
        assertSays("is no user id", new TarBuilder().file("f", "", m -> m.owner(0xffffffffL, 0)));
        assertSays("is no user id", new TarBuilder().file("f", "", m -> m.pax("uid", "-1")));
    }

    @Test
    void withASingleIdTheOwnerIsKeptInAnAttribute() throws Exception {
        IdMap one = new IdMap(List.of(new IdMap.Extent(0, 1000, 1)));
        layers = image.closing(new Layers(image.data, Syscalls.linux(), new Owners(one, one), SMALL, "boot"));
        Path tree = unpack(new TarBuilder()
                .directory("d/", m -> m.owner(3, 4))
                .file("d/f", "", m -> m.owner(70000, 5).mode(04755))
                .symlink("s", "x", m -> m.owner(9, 9)));
        Map<String, TreeScan.Node> nodes = TreeScan.of(tree);
        assertEquals(0, nodes.get("d/f").uid());
        assertEquals("4755", nodes.get("d/f").mode());
        assertEquals(
                "70000:5",
                new String(
                        Syscalls.linux()
                                .getxattr(Syscalls.bytes(tree.resolve("d/f")), Syscalls.bytes("user.berth.owner")),
                        StandardCharsets.US_ASCII));
    }

    @Test
    void attributesThatRuleTheMergeAreRefused() {
        for (String name :
                List.of("trusted.overlay.opaque", "user.overlay.opaque", "user.overlay.redirect", "user.berth.owner")) {
            assertSays("which no image may set", new TarBuilder().file("f", "", m -> m.xattr(name, "y")));
            assertSays("which no image may set", new TarBuilder().directory("d/", m -> m.xattr(name, "y")));
            assertSays("which no image may set", new TarBuilder().directory("./", m -> m.xattr(name, "y")));
        }
    }

    @Test
    void anAttributeOfThePackingMachineIsLeftOut() throws Exception {
        Path tree = unpack(new TarBuilder()
                .file("f", "", m -> m.xattr("security.selinux", "x").xattr("user.a", "b")));
        assertFalse(TreeScan.of(tree).get("f").xattrs().contains("selinux"));
    }

    @Test
    void whatOnlyTheMachinesRootMaySetIsLeftOutButCapabilitiesAreNot() throws Exception {
        layers = image.closing(new Layers(
                image.data, refusingSecurityAttributes(), Owners.read(Path.of("/proc/self")), SMALL, "boot"));
        Path tree = unpack(new TarBuilder()
                .file(
                        "f",
                        "x",
                        m -> m.xattr("security.ima", "x")
                                .xattr("security.evm", "x")
                                .xattr("user.a", "b")));
        String xattrs = TreeScan.of(tree).get("f").xattrs();
        assertTrue(xattrs.contains("user.a"), xattrs);
        assertFalse(xattrs.contains("security."), xattrs);
        assertSays(
                "cannot set attribute security.capability",
                new TarBuilder().file("g", "", m -> m.xattr("security.capability", UmociTest.CAPABILITY)));
    }

    /** As the kernel does in a user namespace; capabilities too, to see that they are missed. */
    private static Syscalls refusingSecurityAttributes() {
        return (Syscalls) Proxy.newProxyInstance(
                Syscalls.class.getClassLoader(), new Class<?>[] {Syscalls.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("fsetxattr")
                            && new String((byte[]) arguments[1], StandardCharsets.US_ASCII).startsWith("security.")) {
                        throw new SyscallException("fsetxattr", "f", Errno.EPERM);
                    }
                    try {
                        return method.invoke(Syscalls.linux(), arguments);
                    } catch (InvocationTargetException refused) {
                        throw refused.getCause();
                    }
                });
    }

    @Test
    void anOverlongAttributeIsASentence() {
        assertSays(
                "cannot set attribute user.x",
                new TarBuilder().file("f", "", m -> m.xattr("user.x", "y".repeat(70_000))));
    }

    @Test
    void overlongNamesAreASentence() {
        assertSays("is too long", new TarBuilder().file("n".repeat(256), ""));
        assertSays("is too long", new TarBuilder().file("d/".repeat(3000) + "f", ""));
        assertSays("the name ././", new TarBuilder().file("./".repeat(3000) + "f", ""));
        assertSays("larger than any name", new TarBuilder().file("f", "", m -> m.pax("path", "x".repeat(2 << 20))));
    }

    @Test
    void overlongTargetsOfLinksAreASentence() throws Exception {
        String overlong = "t/".repeat(2048);
        assertSays("the target of the link s is too long", new TarBuilder().symlink("s", overlong));
        assertSays("the target of the link l is too long", new TarBuilder().hardLink("l", overlong));
        String longest = "t/".repeat(2047) + "t";
        Path tree = unpack(new TarBuilder().symlink("s", longest));
        assertEquals(longest, Files.readSymbolicLink(tree.resolve("s")).toString());
    }

    @Test
    void deepPathsWork() throws Exception {
        Path tree = unpack(new TarBuilder().file("d/".repeat(900) + "f", "deep"));
        assertEquals("deep", Files.readString(tree.resolve("d/".repeat(900) + "f")));
    }

    @Test
    void aFileInTheWayOfADirectoryIsASentence() {
        assertSays("f is no directory", new TarBuilder().file("f", "").file("f/x", ""));
        image.layer(new TarBuilder().file("g", ""));
        assertSays("g is no directory", new TarBuilder().file("g/x", ""));
    }

    // --- archives that are none

    @Test
    void somethingElseThanATarIsASentence() {
        assertRefused(
                "it is not a tar archive",
                "this is no archive at all".repeat(100).getBytes(StandardCharsets.US_ASCII));
        assertRefused("packed with xz", new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0, 0, 0});
        assertRefused("packed with bzip2", "BZh91AY".getBytes(StandardCharsets.US_ASCII));
        assertRefused("the archive is cut off", "short".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void anEmptyLayerIsFine() throws Exception {
        assertEquals(List.of(), names(unpack(new TarBuilder())));
        image.layer(new byte[0]);
        assertEquals(List.of(), names(unpackAll().get(1).tree()));
    }

    @Test
    void aCutArchiveIsASentence() {
        byte[] whole = new TarBuilder().file("f", "x".repeat(5000)).unfinished();
        for (int length : new int[] {100, 512, 600, 5000, 5500}) {
            assertRefused("the archive is cut off", TestImage.gzip(java.util.Arrays.copyOf(whole, length)));
        }
    }

    @Test
    void aCutOrDamagedGzipIsASentence() {
        byte[] packed =
                TestImage.gzip(new TarBuilder().file("f", "x".repeat(5000)).build());
        assertRefused("gzip stream is cut off", java.util.Arrays.copyOf(packed, packed.length - 4));
        assertRefused("gzip stream is cut off", java.util.Arrays.copyOf(packed, packed.length / 2));
        byte[] flipped = packed.clone();
        flipped[packed.length - 6] ^= 1;
        assertRefused("checksum is wrong", flipped);
        byte[] followed = java.util.Arrays.copyOf(packed, packed.length + 3);
        followed[packed.length + 1] = 1;
        assertRefused("something else follows", followed);
    }

    @Test
    void gzipMayHaveSeveralMembersAndNulsBehind() throws Exception {
        byte[] tar = new TarBuilder().file("f", "x".repeat(100_000)).build();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.writeBytes(TestImage.gzip(java.util.Arrays.copyOf(tar, 700)));
        packed.writeBytes(TestImage.gzip(new byte[0]));
        packed.writeBytes(TestImage.gzip(java.util.Arrays.copyOfRange(tar, 700, tar.length)));
        packed.writeBytes(new byte[1000]);
        image.layer(MediaType.OCI_LAYER_GZIP, packed.toByteArray(), new DiffId(Digest.of(tar)));
        assertEquals(100_000, Files.size(unpackAll().get(0).tree().resolve("f")));
    }

    @Test
    void zstdAndPlainTarsWorkWhateverTheMediaTypeSays() throws Exception {
        byte[] tar = new TarBuilder().file("f", "zstd").build();
        byte[] first = com.github.luben.zstd.Zstd.compress(java.util.Arrays.copyOf(tar, 300));
        byte[] second = com.github.luben.zstd.Zstd.compress(java.util.Arrays.copyOfRange(tar, 300, tar.length));
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.writeBytes(first);
        packed.writeBytes(new byte[] {0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4});
        packed.writeBytes(second);
        image.layer(MediaType.OCI_LAYER_GZIP, packed.toByteArray(), new DiffId(Digest.of(tar)));
        byte[] plain = new TarBuilder().file("g", "plain").build();
        image.layer(MediaType.OCI_LAYER_ZSTD, plain, new DiffId(Digest.of(plain)));
        List<LayerDirectory> stack = unpackAll();
        assertEquals("zstd", Files.readString(stack.get(0).tree().resolve("f")));
        assertEquals("plain", Files.readString(stack.get(1).tree().resolve("g")));
    }

    @Test
    void aHugeZstdWindowIsASentence() {
        // Frame header: no checksum, no content size, window descriptor of 2^41 bytes.
        assertRefused("zstd stream", new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) 0xf8, 1, 0, 0});
    }

    @Test
    void aCutZstdStreamIsASentence() {
        byte[] packed = com.github.luben.zstd.Zstd.compress(
                new TarBuilder().file("f", "x".repeat(5000)).build());
        assertRefused("zstd stream", java.util.Arrays.copyOf(packed, packed.length - 3));
    }

    @Test
    void bombsAreBounded() {
        assertRefused("the limit for a layer of its size", TestImage.gzip(new byte[65 << 20]));
        assertRefused("the limit for a layer of its size", com.github.luben.zstd.Zstd.compress(new byte[8 << 20]));
        TarBuilder many = new TarBuilder();
        for (int i = 0; i <= 1000; i++) {
            many.file("f" + i, "");
        }
        assertSays("more than 1000 entries", many);
    }

    @Test
    void contentWithAnotherDiffIdIsRefused() {
        byte[] tar = new TarBuilder().file("f", "x").build();
        Descriptor blob = image.put(MediaType.OCI_LAYER_GZIP, TestImage.gzip(tar));
        DiffId wrong = new DiffId(Digest.of(new byte[] {1}));
        RootfsException refused = assertThrows(
                RootfsException.BadLayer.class, () -> layers.unpack(List.of(blob), List.of(wrong), LayerProgress.NONE));
        assertTrue(refused.getMessage().contains("the image is damaged or forged"), refused.getMessage());
        assertNothingLeft();
    }

    @Test
    void aManifestAndAConfigurationThatDisagreeAreRefused() {
        byte[] tar = new TarBuilder().build();
        image.layer(tar);
        assertThrows(RootfsException.BadLayer.class, () -> layers.unpack(image.layers, List.of(), LayerProgress.NONE));
    }

    // --- sparse files

    @Test
    void sparseFilesOfAllFormsAreRead() throws Exception {
        Path tree = unpack(new TarBuilder()
                .file(
                        "old",
                        "abcdefgh",
                        m -> m.type('S').magic("ustar  \0").damage(header -> {
                            TarBuilder.octal(header, 386, 12, 4096);
                            TarBuilder.octal(header, 398, 12, 4);
                            TarBuilder.octal(header, 410, 12, 8192);
                            TarBuilder.octal(header, 422, 12, 4);
                            TarBuilder.octal(header, 483, 12, 10_000);
                        }))
                .file(
                        "zero-one",
                        "abcdefgh",
                        m -> m.pax("GNU.sparse.map", "4096,4,8192,4")
                                .pax("GNU.sparse.numblocks", "2")
                                .pax("GNU.sparse.size", "10000"))
                .file(
                        "one-zero",
                        "2\n4096\n4\n8192\n4\n" + "\0".repeat(496) + "abcdefgh",
                        m -> m.pax("GNU.sparse.major", "1")
                                .pax("GNU.sparse.minor", "0")
                                .pax("GNU.sparse.name", "named")
                                .pax("GNU.sparse.realsize", "10000")));
        for (String name : List.of("old", "zero-one", "named")) {
            byte[] content = Files.readAllBytes(tree.resolve(name));
            assertEquals(10_000, content.length, name);
            assertEquals("abcd", new String(content, 4096, 4, StandardCharsets.US_ASCII), name);
            assertEquals("efgh", new String(content, 8192, 4, StandardCharsets.US_ASCII), name);
        }
    }

    @Test
    void sparseHeadersThatLieAreRefused() {
        for (String map : List.of(
                "0,4,2,4",
                "8,4,0,4",
                "0,9",
                "0,4",
                "9990,8,9998,8",
                "-4,8",
                "4,-4,8,12",
                "0,8,1",
                "9223372036854775800,8")) {
            assertSays(
                    "sparse file's map",
                    new TarBuilder()
                            .file(
                                    "f",
                                    "abcdefgh",
                                    m -> m.pax("GNU.sparse.map", map).pax("GNU.sparse.size", "10000")));
        }
        assertSays(
                "larger than any file",
                new TarBuilder()
                        .file(
                                "f",
                                "",
                                m -> m.pax("GNU.sparse.map", "0,".repeat(500_000) + "0")
                                        .pax("GNU.sparse.size", "10000")));
        assertSays(
                "larger than any file",
                new TarBuilder()
                        .file(
                                "f",
                                "9999999\n" + "\0".repeat(504),
                                m -> m.pax("GNU.sparse.major", "1")
                                        .pax("GNU.sparse.minor", "0")
                                        .pax("GNU.sparse.realsize", "10000")));
        assertSays(
                "",
                new TarBuilder()
                        .file(
                                "f",
                                "",
                                m -> m.pax("GNU.sparse.map", "")
                                        .pax("GNU.sparse.numblocks", "0")
                                        .pax("GNU.sparse.size", "9223372036854775807")));
    }

    // --- odd but legal

    @Test
    void numbersMayBeBinaryOrPadded() throws Exception {
        Path tree = unpack(new TarBuilder()
                .file(
                        "binary",
                        "x",
                        m -> m.modified(-1).damage(header -> {
                            TarBuilder.octal(header, 108, 8, -1);
                            header[108] = (byte) 0x80;
                            java.util.Arrays.fill(header, 109, 114, (byte) 0);
                            header[114] = 11;
                            header[115] = (byte) 184;
                        }))
                .file("spaces", "x", m -> m.damage(header -> TarBuilder.text(header, 100, 8, "   644 \0"))));
        Map<String, TreeScan.Node> nodes = TreeScan.of(tree);
        assertEquals(3000, nodes.get("binary").uid());
        assertEquals(-1, nodes.get("binary").modified().seconds());
        assertEquals("644", nodes.get("spaces").mode());
    }

    @Test
    void aSlashMakesADirectoryOnlyOfAnEntryWithoutAType() throws Exception {
        Path tree = unpack(new TarBuilder()
                .file("file/", "bytes")
                .add("directory/", m -> m.type('\0').mode(0755))
                .file("directory/f", "x")
                .file("old", "x", m -> m.type('\0')));
        assertEquals("bytes", Files.readString(tree.resolve("file")));
        assertEquals(List.of("f"), names(tree.resolve("directory")));
        assertEquals("x", Files.readString(tree.resolve("old")));
    }

    @Test
    void damagedPaxHeadersAreRefused() {
        for (String records :
                List.of("5 a=b", "99 a=b\n", "6 ab\n", "x a=b\n", "0 a=b\n", "6 =bc\n", "99999999999999 a=b\n")) {
            assertSays(
                    "PAX header is damaged",
                    new TarBuilder().file("h", records, m -> m.type('x')).file("f", ""));
        }
        assertSays("where a number belongs", new TarBuilder().file("f", "", m -> m.pax("size", "many")));
        assertSays("holds a NUL", new TarBuilder().file("f", "", m -> m.pax("path", "a\0b")));
    }

    @Test
    void unknownTypesAreRefusedAndGlobalHeadersSkipped() throws Exception {
        assertSays("is of type 'M'", new TarBuilder().file("f", "", m -> m.type('M')));
        Path tree = unpack(new TarBuilder()
                .file("g", "16 path=evil-tr\n", m -> m.type('g'))
                .file("label", "", m -> m.type('V'))
                .file("f", "x"));
        assertEquals(List.of("f"), names(tree));
    }

    @Test
    void gnuLongNamesAreRead() throws Exception {
        String name = "long/" + "n".repeat(200);
        Path tree = unpack(new TarBuilder()
                .file("././@LongLink", name + "\0", m -> m.type('L'))
                .file("cut", "x")
                .file("././@LongLink", "t".repeat(150) + "\0", m -> m.type('K'))
                .symlink("s", "cut"));
        assertEquals("x", Files.readString(tree.resolve(name)));
        assertEquals("t".repeat(150), Files.readSymbolicLink(tree.resolve("s")).toString());
    }

    @Test
    void aNegativeOrEndlessSizeIsRefused() {
        assertSays("negative", new TarBuilder().file("f", "", m -> m.pax("size", "-1")));
        assertSays("cut off", new TarBuilder().file("f", "", m -> m.pax("size", "9223372036854775807")));
    }

    @Test
    void duplicatesReplaceEachOther() throws Exception {
        Path tree = unpack(new TarBuilder()
                .directory("a/")
                .file("a/deep/x", "")
                .file("a", "file")
                .directory("a/")
                .file("a/y", "")
                .symlink("b", "a")
                .fifo("b")
                .file("b", "at last"));
        assertEquals(List.of("y"), names(tree.resolve("a")));
        assertEquals("at last", Files.readString(tree.resolve("b")));
    }

    // --- afterwards

    @Test
    void unpackingTwiceIsOneTreeAndAnUncleanBootMakesANewOne() throws Exception {
        Path tree = unpack(new TarBuilder().file("f", "x"));
        long before = inode(tree);
        assertEquals(before, inode(unpackAll().get(0).tree()));
        waitForSync(tree);
        Layers sameDisk = image.closing(
                new Layers(image.data, Syscalls.linux(), Owners.read(Path.of("/proc/self")), SMALL, "boot 2"));
        assertEquals(List.of(), sameDisk.sweep());
        Path record = tree.resolveSibling("layer.json");
        Files.writeString(record, Files.readString(record).replace("\"synced\":true", "\"synced\":false"));
        assertEquals(1, sameDisk.sweep().size());
        assertEquals(
                "x",
                Files.readString(sameDisk.unpack(image.layers, image.diffIds, LayerProgress.NONE)
                        .get(0)
                        .tree()
                        .resolve("f")));
    }

    @Test
    void layersThatNothingNeedsAreCollected() throws Exception {
        unpack(new TarBuilder().file("f", "12345"));
        image.layer(new TarBuilder().file("implied/f", "123"));
        unpackAll();
        List<DiffId> lower = image.diffIds.subList(0, 1);
        Duration none = Duration.ofSeconds(-1);
        Duration day = Duration.ofDays(1);
        assertEquals(
                0,
                layers.collect(Stream.of(image.diffIds), Set.of(), List.of(), none)
                        .bytes());
        assertEquals(
                0,
                layers.collect(Stream.of(lower), Set.of(), List.of(), day).bytes(),
                "a pull may be about to name it");
        assertEquals(
                3,
                layers.collect(Stream.of(lower), Set.of(), List.of(image.diffIds), day)
                        .bytes());
        assertEquals(5, layers.collect(Stream.of(), Set.of(), List.of(), none).bytes());
        assertNothingLeft();
    }

    @Test
    void twoCallersShareOneUnpacking() throws Exception {
        TarBuilder tar = new TarBuilder();
        for (int i = 0; i < 900; i++) {
            tar.file("d/f" + i, "content " + i);
        }
        image.layer(new TarBuilder().directory("d/")).layer(tar);
        List<CompletableFuture<List<LayerDirectory>>> callers = Stream.generate(
                        () -> CompletableFuture.supplyAsync(() -> {
                            try {
                                return unpackAll();
                            } catch (InterruptedException stop) {
                                throw new IllegalStateException(stop);
                            }
                        }))
                .limit(4)
                .toList();
        for (CompletableFuture<List<LayerDirectory>> caller : callers) {
            assertEquals(callers.get(0).get(), caller.get());
        }
        assertEquals(2, names(image.data.root().resolve("layers")).size());
        assertEquals(List.of(), names(image.data.paths().temporary()));
    }

    @Test
    void aCancelledUnpackingLeavesNothing() throws Exception {
        TarBuilder tar = new TarBuilder();
        for (int i = 0; i < 900; i++) {
            tar.file("f" + i, "x".repeat(20_000));
        }
        image.layer(tar);
        AtomicBoolean stopped = new AtomicBoolean();
        Thread worker = new Thread(() -> {
            try {
                unpackAll();
            } catch (InterruptedException expected) {
                stopped.set(true);
            }
        });
        worker.start();
        while (names(image.data.paths().temporary()).isEmpty()) {
            Thread.onSpinWait();
        }
        worker.interrupt();
        worker.join();
        assertTrue(stopped.get());
        assertNothingLeft();
    }

    private static void waitForSync(Path tree) throws Exception {
        Path record = tree.resolveSibling("layer.json");
        for (int i = 0; i < 500 && !Files.readString(record).contains("\"synced\":true"); i++) {
            Thread.sleep(20);
        }
        assertTrue(Files.readString(record).contains("\"synced\":true"));
    }

    private Path unpack(TarBuilder tar) throws InterruptedException {
        image.layer(tar);
        List<LayerDirectory> stack = unpackAll();
        return stack.get(stack.size() - 1).tree();
    }

    /** The tree of a layer over one other. */
    private Path over(byte[] below, TarBuilder tar) throws InterruptedException {
        TestImage two = image.another().layer(below).layer(tar);
        List<LayerDirectory> stack = layers.unpack(two.layers, two.diffIds, LayerProgress.NONE);
        return stack.get(stack.size() - 1).tree();
    }

    private List<LayerDirectory> unpackAll() throws InterruptedException {
        return layers.unpack(image.layers, image.diffIds, LayerProgress.NONE);
    }

    private void assertSays(String sentence, TarBuilder tar) {
        assertRefused(sentence, TestImage.gzip(tar.build()));
    }

    private void assertRefused(String sentence, byte[] blob) {
        TestImage attempt = image.another();
        for (int i = 0; i < image.layers.size(); i++) {
            attempt.layers.add(image.layers.get(i));
            attempt.diffIds.add(image.diffIds.get(i));
        }
        attempt.layer(MediaType.OCI_LAYER_GZIP, blob, new DiffId(Digest.of(blob)));
        RootfsException refused = assertThrows(
                RootfsException.class,
                () -> layers.unpack(attempt.layers, attempt.diffIds, LayerProgress.NONE),
                sentence);
        assertTrue(refused.getMessage().contains(sentence), refused.getMessage());
        assertTrue(refused.getMessage().startsWith("cannot unpack layer "), refused.getMessage());
        if (image.layers.isEmpty()) {
            assertNothingLeft();
        }
    }

    private void assertNothingLeft() {
        assertEquals(List.of(), names(image.data.root().resolve("layers")));
        assertEquals(List.of(), names(image.data.paths().temporary()));
    }

    private static List<String> names(Path directory) {
        try (var names = Files.list(directory)) {
            return names.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static long inode(Path file) {
        return Syscalls.linux().statx(-100, Syscalls.bytes(file), 0x100).inode();
    }
}
