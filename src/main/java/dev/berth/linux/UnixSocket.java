package dev.berth.linux;

import java.nio.file.Path;
import java.util.function.BiConsumer;

/**
 * Unix sockets by paths of any length: the kernel takes 107 bytes, so the folder is opened and the socket named through
 * {@code /proc/self/fd}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>
 */
public final class UnixSocket {
    private UnixSocket() {}

    /** A stream that is connected to the socket at the path. */
    public static Fd connect(Syscalls calls, Path path) {
        return open(calls, path, calls::connect);
    }

    /** A socket that listens at the path, which must not exist. */
    public static Fd listen(Syscalls calls, Path path) {
        return open(calls, path, calls::bindAndListen);
    }

    private static Fd open(Syscalls calls, Path path, BiConsumer<Integer, byte[]> use) {
        Path absolute = path.toAbsolutePath();
        Fd socket = new Fd(calls, calls.unixSocket(SocketCalls.SocketType.STREAM));
        byte[] folderPath = Syscalls.bytes(absolute.getParent());
        try (Fd folder = new Fd(calls, calls.openat(At.FDCWD, folderPath, Open.PATH | Open.DIRECTORY, 0))) {
            use.accept(socket.number(), Syscalls.bytes(folder.procPath() + "/" + absolute.getFileName()));
            return socket;
        } catch (SyscallException e) {
            socket.close();
            throw new SyscallException(e.call(), path.toString(), e.errno());
        }
    }
}
