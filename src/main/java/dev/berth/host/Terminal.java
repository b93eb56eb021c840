package dev.berth.host;

import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.linux.TerminalSize;
import dev.berth.linux.Termios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The caller's own terminal. Only raw mode and its size need native calls, and only then is JNA loaded. */
public final class Terminal {
    public static final int INPUT = 0;
    public static final int OUTPUT = 1;
    public static final int ERROR = 2;

    private Terminal() {}

    /** In characters. */
    public record Size(int columns, int rows) {}

    /** By the name of what is open, which costs no native library. */
    public static boolean isTerminal(int fd) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            return target.matches("/dev/(pts/\\d+|tty\\w*|console|hvc\\d+)");
        } catch (IOException e) {
            return false;
        }
    }

    /** The size of the first of the three streams that is a terminal; 80×24 when none is or it does not know. */
    public static Size size() {
        for (int fd : new int[] {OUTPUT, ERROR, INPUT}) {
            if (isTerminal(fd)) {
                try {
                    TerminalSize size = Syscalls.linux().windowSize(fd);
                    return new Size(size.columns(), size.rows());
                } catch (SyscallException | IllegalArgumentException e) {
                    continue;
                }
            }
        }
        return new Size(80, 24);
    }

    /** Loads what raw mode needs, for the class-data archive. */
    public static void preload() {
        Syscalls.linux().isatty(INPUT);
    }

    /** Raw mode until it is closed, also when a signal ends the program. */
    public static final class Raw implements AutoCloseable {
        private final Termios before;
        private final Thread hook = new Thread(this::restore);
        private boolean restored;

        public Raw() {
            Syscalls calls = Syscalls.linux();
            try {
                before = calls.tcgetattr(INPUT);
            } catch (SyscallException e) {
                throw new HostException(
                        "cannot use standard input as a terminal: " + e.errno().text(), e);
            }
            Runtime.getRuntime().addShutdownHook(hook);
            calls.tcsetattr(INPUT, before.raw());
        }

        private synchronized void restore() {
            if (!restored) {
                restored = true;
                Syscalls.linux().tcsetattr(INPUT, before);
            }
        }

        @Override
        public void close() {
            restore();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                return; // shutting down: the hook does nothing more
            }
        }
    }
}
