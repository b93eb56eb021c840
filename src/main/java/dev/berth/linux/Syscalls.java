package dev.berth.linux;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The kernel calls that Berth makes, in one place, so that a test can put a recording double in the kernel's stead.
 *
 * <p>Conventions of every call: names are bytes without a NUL (archives hold names that are not UTF-8); a failure is
 * a {@link SyscallException} and never a return value; calls that a signal may interrupt are repeated; descriptors are
 * plain numbers that the caller closes (see {@link Fd}); every descriptor that is made is close-on-exec.
 */
public interface Syscalls extends FileCalls, XattrCalls, MountCalls, ProcessCalls, SocketCalls, TerminalCalls {
    /** The kernel itself. */
    static Syscalls linux() {
        return LinuxSyscalls.INSTANCE;
    }

    /** The bytes of a name that Berth itself made up or read as text: UTF-8. */
    static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /** The bytes of a path of Berth's own trees: UTF-8. */
    static byte[] bytes(Path path) {
        return bytes(path.toString());
    }
}
