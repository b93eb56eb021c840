package dev.berth.files;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Mode;
import dev.berth.linux.Open;
import dev.berth.linux.Syscalls;
import dev.berth.linux.Timestamp;
import dev.berth.rootfs.tar.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Trees with everything that a file can be, for the tests of this package. */
final class Trees {
    static final Syscalls CALLS = Syscalls.linux();

    private Trees() {}

    /** Makes a directory with all kinds of files, names, owners, modes, times and attributes. */
    static Path everything(Path parent) throws IOException {
        Path tree = Files.createDirectory(parent.resolve("tree"));
        Files.writeString(tree.resolve("file"), "content\n");
        Files.createLink(tree.resolve("hard"), tree.resolve("file"));
        Files.createFile(tree.resolve("empty"));
        Files.createSymbolicLink(tree.resolve("soft"), Path.of("../no/where"));
        Files.createSymbolicLink(tree.resolve("long-link"), Path.of("x/".repeat(120) + "y"));
        Path deep = Files.createDirectories(tree.resolve("d".repeat(120) + "/" + "e".repeat(200) + "/.wh.file"));
        Files.write(deep.resolve("ümlaut " + "f".repeat(150)), new byte[100_000]);
        byte[] odd = path(tree, "odd \n\\ %41 'x' ?");
        odd[odd.length - 1] = (byte) 0xff;
        CALLS.mkdirat(At.FDCWD, odd, 0711);
        byte[] longOdd = path(tree, "n".repeat(150) + "?");
        longOdd[longOdd.length - 1] = (byte) 0xfe;
        CALLS.mknodat(At.FDCWD, longOdd, Mode.REGULAR | 0600, 0);
        CALLS.mknodat(At.FDCWD, path(tree, "fifo"), Mode.FIFO | 0620, 0);
        attributes(tree);
        return tree;
    }

    private static void attributes(Path tree) {
        byte[] file = path(tree, "file");
        CALLS.fchownat(At.FDCWD, file, 12345, 54321, 0);
        CALLS.fchmodat(At.FDCWD, file, 04751);
        CALLS.setxattr(file, "user.bytes".getBytes(StandardCharsets.US_ASCII), new byte[] {0, 10, 61, (byte) 0xff}, 0);
        byte[] capability = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        CALLS.setxattr(file, "security.capability".getBytes(StandardCharsets.US_ASCII), capability, 0);
        time(file, new Timestamp(1_234_567_890, 123_456_789));
        CALLS.fchmodat(At.FDCWD, path(tree, "empty"), 0);
        time(path(tree, "empty"), new Timestamp(-1000, 500_000_000));
        CALLS.fchownat(At.FDCWD, path(tree, "soft"), 7, 8, At.SYMLINK_NOFOLLOW);
        CALLS.utimensat(At.FDCWD, path(tree, "soft"), new Timestamp(5, 0), new Timestamp(5, 0), At.SYMLINK_NOFOLLOW);
        time(path(tree, "fifo"), new Timestamp(77, 0));
        CALLS.fchmodat(At.FDCWD, path(tree, ""), 03755);
        time(path(tree, ""), new Timestamp(1_000_000_000, 0));
    }

    static void time(byte[] path, Timestamp time) {
        CALLS.utimensat(At.FDCWD, path, time, time, 0);
    }

    static byte[] path(Path directory, String name) {
        return Syscalls.bytes(directory + "/" + name);
    }

    /** A handle that follows nothing. */
    static Fd handle(Path path) {
        return new Fd(CALLS, CALLS.openat(At.FDCWD, Syscalls.bytes(path), Open.PATH | Open.NOFOLLOW, 0));
    }

    /** The tree as a whole archive. */
    static byte[] packed(Path path, String name, Keep keep) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        try (Fd handle = handle(path)) {
            new TreePacker(CALLS, tar, keep).pack(handle, name);
        }
        tar.finish();
        return out.toByteArray();
    }
}
