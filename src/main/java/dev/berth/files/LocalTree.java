package dev.berth.files;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.RootedDirectory;
import dev.berth.rootfs.RootfsException;
import dev.berth.rootfs.tar.RawName;
import dev.berth.rootfs.tar.TarReader;
import dev.berth.rootfs.tar.TarWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Files of this machine as tar streams, for a program that an ordinary user runs. A directory may be shared with a hostile container,
 * which moves things about meanwhile: no symbolic link beneath it is followed.
 */
public final class LocalTree {
    private static final Syscalls CALLS = Syscalls.linux();

    private LocalTree() {}

    /**
     * Packs a file or a directory.
     *
     * @param follow a symbolic link at the path's end
     * @param name of the stream's first member
     */
    public static void pack(String path, boolean follow, String name, Keep keep, OutputStream out) throws IOException {
        TarWriter tar = new TarWriter(out);
        try (Fd handle = open(path, Open.PATH | (follow ? 0 : Open.NOFOLLOW))) {
            new TreePacker(CALLS, tar, keep).pack(handle, raw(name));
        }
        tar.finish();
    }

    /** Makes the files of an archive beneath a directory: this user's, never setuid. */
    public static void unpack(InputStream archive, String directory) throws IOException {
        try (Fd top = open(directory, Open.PATH | Open.DIRECTORY)) {
            new TreeUnpacker(CALLS, RootedDirectory.strict(CALLS, top), "", Giving.ordinary(CALLS))
                    .unpack(new TarReader(archive));
        } catch (RootfsException e) {
            throw new FilesException.Wrong(e.getMessage());
        }
    }

    private static Fd open(String path, int flags) {
        try {
            return new Fd(CALLS, CALLS.openat(At.FDCWD, Syscalls.bytes(path), flags, 0));
        } catch (SyscallException e) {
            throw FilesException.of(e, path);
        }
    }

    private static String raw(String name) {
        return RawName.of(name.getBytes(StandardCharsets.UTF_8));
    }
}
