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
 * kernel, and for reading only regular files of a sane size are opened (CVE-2024-9676: a FIFO or a huge file as /etc/passwd).
 */
final class RootFiles {
    private static final int LARGEST = 4 << 20;
    private static final int PART = 64 << 10;
    private static final int BLOCK = 16 << 10;

    private final Syscalls calls;
    private final int root;

    RootFiles(Syscalls calls, int root) {
        this.calls = calls;
        this.root = root;
    }

    /**
     * A line, or a part of one: a line of more than 64 KiB is cut at commas, since a group of a few thousand members is one line, too.
     *
     * @param continues what the part before it began
     */
    record Part(String text, boolean continues) {}

    /**
     * Shows the lines of a text to somebody, one after the other, until he has seen enough; none when there is no such file. One part of
     * one line is in memory at a time, however many there are. Empty ones are left out, and what goes on for 64 KiB without a comma
     * where one could be cut: no name is that long.
     *
     * @param enough whether that part was the last one wanted
     * @throws BadLaunch when it is no regular file, or larger than 4 MiB
     */
    void lines(String path, Predicate<Part> enough) {
        try (Fd file = new Fd(calls, openPath(path, Open.PATH))) {
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

    /**
     * Makes the link {@code /etc/mtab} to the container's own mounts, which df and mount of old images read, where the image has an
     * {@code /etc} and no such file. A second call does nothing.
     */
    void linkMounts() {
        try (Fd etc = new Fd(calls, openPath("/etc", Open.PATH | Open.DIRECTORY))) {
            calls.symlinkat(Syscalls.bytes("/proc/mounts"), etc.number(), Syscalls.bytes("mtab"));
        } catch (SyscallException thereOrNoPlace) {
            return; // no image needs it so much that the container should not start
        }
    }

    /** A path descriptor opens nothing: neither a FIFO nor a device notices. */
    private int openPath(String path, int flags) {
        String relative = path.replaceFirst("^/+", "");
        return calls.openat2(root, Syscalls.bytes(relative), flags, 0, Resolve.IN_ROOT | Resolve.NO_MAGICLINKS);
    }

    private void read(Fd path, String name, Predicate<Part> enough) {
        byte[] proc = Syscalls.bytes(path.procPath());
        try (Fd file = new Fd(calls, calls.openat(At.FDCWD, proc, Open.RDONLY | Open.NOCTTY | Open.NONBLOCK, 0))) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            Lines lines = new Lines(enough);
            int total = 0;
            while (calls.read(file.number(), block.clear()) > 0) {
                total += block.flip().remaining();
                if (total > LARGEST) { // it has grown
                    throw tooLarge(name);
                }
                if (lines.isEnough(block)) {
                    return;
                }
            }
            lines.isEnd(false);
        }
    }

    private static BadLaunch tooLarge(String path) {
        return new BadLaunch(
                "image", "cannot read %s of the image: it is larger than %d bytes".formatted(path, LARGEST));
    }

    /** Cuts bytes, as they are read, into lines and parts of lines. */
    private static final class Lines {
        private final Predicate<Part> enough;
        private final ByteArrayOutputStream part = new ByteArrayOutputStream();
        private boolean continues;

        Lines(Predicate<Part> enough) {
            this.enough = enough;
        }

        boolean isEnough(ByteBuffer block) {
            while (block.hasRemaining()) {
                byte next = block.get();
                boolean lineEnds = next == '\n' || next == '\r';
                if (lineEnds || (next == ',' && part.size() >= PART)) {
                    if (isEnd(!lineEnds)) {
                        return true;
                    }
                } else if (part.size() < 2 * PART) {
                    part.write(next);
                }
            }
            return false;
        }

        /** @param goesOn whether the next part is of the same line */
        boolean isEnd(boolean goesOn) {
            boolean is = part.size() > 0 && enough.test(new Part(part.toString(StandardCharsets.UTF_8), continues));
            part.reset();
            continues = goesOn;
            return is;
        }
    }
}
