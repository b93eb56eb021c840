package dev.berth.rootfs;

import java.util.List;
import java.util.Set;

/** An image that has one of everything that layers can do to each other. */
public final class Layered {
    /** Directories whose time umoci leaves at the moment of unpacking. */
    public static final Set<String> UMOCI_TIMES = Set.of(
            ".", "odd/deeper", "odd/deeper/new", "brand", "brand/new", "away", "away/from", "away/from/here", "kept");

    /** Marks an opaque directory; umoci up to 0.4.7 knows {@link #UMOCI_OPAQUE} instead, by a slip of the pen. */
    public static final String OPAQUE = ".wh..wh.opq";

    public static final String UMOCI_OPAQUE = ".wh..wh..opq";

    private Layered() {}

    /** Whiteouts, opaque directories, hard links across layers, implied and symlinked parents, from the lowest layer up. */
    public static List<TarBuilder> image(String opaque) {
        return List.of(
                base(),
                deletions(opaque),
                new TarBuilder()
                        .hardLink("linked-below", "/etc/shadow")
                        .hardLink("bin/third", "bin/first")
                        .hardLink("symlink-linked", "link")
                        .directory("odd/deep/", m -> m.mode(0700))
                        .hardLink("odd/deep/caps", "bin/caps"),
                new TarBuilder()
                        .file("odd/file", "in a directory of mode 1731")
                        .file("odd/deeper/new/file", "x")
                        .file("brand/new/file", "x")
                        .file("lib/below", "through a relative link")
                        .file("absolute/inside", "through an absolute link")
                        .file("up/deep/inside", "through ..")
                        .file("dangling/made", "where it leads, a directory is made")
                        .file("lib/.wh.old", "")
                        .hardLink("bin/fourth", "bin/third"));
    }

    static TarBuilder deletions(String opaque) {
        return new TarBuilder()
                .directory("./")
                .file("etc/.wh.passwd", "")
                .file("etc/.wh.never-was", "")
                .file("nowhere/.wh.x", "")
                .directory("opaque/", m -> m.mode(0700).owner(3, 4))
                .file("opaque/" + opaque, "")
                .file("opaque/new", "new")
                .file("late-opaque/sibling", "before the mark")
                .file("late-opaque/" + opaque, "")
                .file("tree/.wh.branch", "")
                .file(".wh.gone", "")
                .directory("gone/", m -> m.mode(0711))
                .file("gone/again", "x")
                .directory("kept/")
                .file("kept/inner", "x")
                .file(".wh.kept", "");
    }

    static TarBuilder base() {
        return new TarBuilder()
                .directory("./", m -> m.mode(0751).modified(1_500_000_000L))
                .directory("etc/", m -> m.modified("1500000001.123456789"))
                .file("etc/passwd", "root:x:0:0::/root:/bin/sh\n", m -> m.modified("1500000002.000000007"))
                .file("etc/shadow", "secret", m -> m.mode(0640).owner(0, 42))
                .directory("bin/")
                .file("bin/su", "#!", m -> m.mode(04755))
                .file("bin/sgid", "#!", m -> m.mode(02755).owner(0, 5))
                .file("bin/caps", "#!", m -> m.mode(0755).xattr("security.capability", UmociTest.CAPABILITY))
                .file("bin/first", "one file, two names", m -> m.mode(0755).owner(7, 8))
                .hardLink("bin/second", "bin/first")
                .hardLink("bin/absolute", "/bin/su")
                .directory("tmp/", m -> m.mode(01777))
                .directory(
                        "odd/",
                        m -> m.mode(01731)
                                .owner(12, 13)
                                .modified(1_234_567_890L)
                                .xattr("user.mark", "odd"))
                .directory("odd/deeper/", m -> m.mode(0500))
                .directory("usr/")
                .directory("usr/lib/")
                .file("usr/lib/old", "old")
                .symlink("lib", "usr/lib", m -> m.owner(3, 4).modified(1_400_000_000L))
                .symlink("absolute", "/usr/lib")
                .directory("up/")
                .symlink("up/deep", "../odd/../usr")
                .symlink("dangling", "away/from/here")
                .symlink("link", "etc/passwd")
                .fifo("pipe")
                .file(
                        "attributes",
                        "x",
                        m -> m.xattr("user.binary", new byte[] {0, 1, (byte) 0xff, '\n', '=', 0})
                                .xattr("user.text", "text"))
                .file("latin-\u00e4\u00ff", "a name that is no UTF-8", m -> m.mode(0600))
                .file("utf-\u00c3\u00a4", "the same letter in UTF-8")
                .directory("pax/")
                .file("pax/\u00e4" + "n".repeat(120), "long and no UTF-8")
                .directory("opaque/")
                .file("opaque/old", "old")
                .directory("late-opaque/", m -> m.mode(0770).owner(9, 9))
                .file("late-opaque/old", "old")
                .directory("tree/")
                .directory("tree/branch/")
                .file("tree/branch/leaf", "1")
                .directory("gone/")
                .file("gone/old", "old")
                .directory("kept/")
                .file("kept/old", "old")
                .file("old-time", "x", m -> m.modified("-5.25"))
                .file("big-owner", "x", m -> m.owner(60_000, 60_001))
                .file("twice", "first")
                .file("twice", "second", m -> m.mode(0600));
    }
}
