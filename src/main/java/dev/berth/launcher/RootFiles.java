package dev.berth.launcher;

import dev.berth.linux.At;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Resolve;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/**
 * Small files of a container's root file system, which may be hostile: every path is resolved beneath the root by the
 * kernel, and only regular files of a sane size are opened (CVE-2024-9676: a FIFO or a huge file as /etc/passwd).
 */
final class RootFiles {
    private static final int LARGEST = 4 << 20;
    private static final int LONGEST_LINE = 64 << 10;
    private static final int BLOCK = 16 << 10;

    private final Syscalls calls;
    private final int root;

    RootFiles(Syscalls calls, int root) {
        this.calls = calls;
        this.root = root;
    }

    /**
     * Shows the lines of a text to somebody, one after the other, until he has seen enough; none when there is no such file. One line is
     * in memory at a time, however many there are. Empty ones are left out.
     *
     * @param enough whether that line was the last one wanted
     * @throws BadLaunch when it is no regular file, or larger than 4 MiB, or has a line that is longer than 64 KiB
     */
    void lines(String path, Predicate<String> enough) {
        try (Fd file = new Fd(calls, openPath(path))) {
            Stat stat = calls.fstat(file.number());
            if (!stat.isRegular()) {
                throw new BadLaunch("image", "cannot read %s of the image: it is not a regular file".formatted(path));
            }
            if (stat.size() > LARGEST) {
                throw tooLarge(path);
            }
            read(file, path, enough);
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
                return;
            }
            throw new BadLaunch(
                    "image",
                    "cannot read %s of the image: %s".formatted(path, e.errno().text()));
        }
    }

    /** A path descriptor opens nothing: neither a FIFO nor a device notices. */
    private int openPath(String path) {
        String relative = path.replaceFirst("^/+", "");
        return calls.openat2(root, Syscalls.bytes(relative), Open.PATH, 0, Resolve.IN_ROOT | Resolve.NO_MAGICLINKS);
    }

    private void read(Fd path, String name, Predicate<String> enough) {
        byte[] proc = Syscalls.bytes(path.procPath());
        try (Fd file = new Fd(calls, calls.openat(At.FDCWD, proc, Open.RDONLY | Open.NOCTTY | Open.NONBLOCK, 0))) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int total = 0;
            while (calls.read(file.number(), block.clear()) > 0) {
                total += block.flip().remaining();
                if (total > LARGEST) { // it has grown
                    throw tooLarge(name);
                }
                if (isEnough(block, line, name, enough)) {
                    return;
                }
            }
            isEnd(line, enough);
        }
    }

    private static boolean isEnough(
            ByteBuffer block, ByteArrayOutputStream line, String name, Predicate<String> enough) {
        while (block.hasRemaining()) {
            byte next = block.get();
            if (next != '\n' && next != '\r') {
                line.write(next);
                if (line.size() > LONGEST_LINE) {
                    throw new BadLaunch(
                            "image",
                            "cannot read %s of the image: a line is longer than %d bytes"
                                    .formatted(name, LONGEST_LINE));
                }
            } else if (isEnd(line, enough)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEnd(ByteArrayOutputStream line, Predicate<String> enough) {
        boolean is = line.size() > 0 && enough.test(line.toString(StandardCharsets.UTF_8));
        line.reset();
        return is;
    }

    private static BadLaunch tooLarge(String path) {
        return new BadLaunch(
                "image", "cannot read %s of the image: it is larger than %d bytes".formatted(path, LARGEST));
    }
}
