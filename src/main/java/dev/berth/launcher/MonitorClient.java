package dev.berth.launcher;

import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.linux.TerminalSize;
import dev.berth.linux.UnixSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A connection to the monitor of a container or an exec session. What the monitor says is told to the listener, from one
 * thread of this client's own, in order; what is sent may come from any thread and blocks while the program does not
 * read its input.
 */
public final class MonitorClient implements AutoCloseable {
    /** The name of the socket in a runtime directory. */
    public static final String SOCKET = "attach";

    private static final long WELCOME_SECONDS = 10;

    /** What a monitor tells. */
    public interface Listener {
        /**
         * There is more in the log; the first call tells where it ends now.
         *
         * @param end the logical offset behind it
         */
        void appended(long end);

        /**
         * The program has ended, and its log is complete.
         *
         * @param code 0 to 255; 128+n for signal n
         * @param signal 0 = none
         * @param end the logical offset of the log's end
         */
        void exited(int code, int signal, long end);

        /**
         * The monitor did not do what was sent last.
         *
         * @param why a sentence
         */
        default void refused(String why) {
            System.getLogger(MonitorClient.class.getName())
                    .log(System.Logger.Level.WARNING, "a monitor refused a request: {0}", why);
        }

        /**
         * The container's slirp4netns has died, or was replaced; told to who connects later, too.
         *
         * @param state what came last
         */
        default void network(NetworkState state) {}

        /** The monitor closed the connection or is gone; the last call. */
        void closed();
    }

    private final Syscalls calls;
    private final Fd socket;
    private final Listener listener;
    /** Held while the descriptor's number is used for sending. */
    private final Object sending = new Object();

    /** Held while the descriptor is closed or shut down: a number may belong to another file the moment it is closed. */
    private final Object closing = new Object();

    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile boolean welcome;
    private boolean open = true;

    private MonitorClient(Syscalls calls, Fd socket, Listener listener) {
        this.calls = calls;
        this.socket = socket;
        this.listener = listener;
    }

    /**
     * Connects to the monitor in a runtime directory.
     *
     * @throws MonitorGone when there is none
     */
    public static MonitorClient connect(Syscalls calls, Path runtimeDirectory, Listener listener) {
        Path path = runtimeDirectory.resolve(SOCKET);
        try {
            MonitorClient client = new MonitorClient(calls, UnixSocket.connect(calls, path), listener);
            client.greet();
            Thread reader = new Thread(client::listen, "monitor " + runtimeDirectory.getFileName());
            reader.setDaemon(true);
            reader.start();
            client.awaitWelcome(path);
            return client;
        } catch (SyscallException e) {
            throw new MonitorGone(
                    "cannot reach the monitor at %s: %s"
                            .formatted(path, e.errno().text()),
                    e);
        }
    }

    /** The kernel makes a connection before the monitor takes it, or turns it away as one too many: its first word tells which. */
    private void awaitWelcome(Path path) {
        try {
            if (answered.await(WELCOME_SECONDS, TimeUnit.SECONDS) && !welcome) {
                throw new MonitorGone(
                        "the monitor at %s is ending, or takes no more connections".formatted(path), null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A monitor that ends at this moment has taken the connection and reads nothing more: no reader will close it then. */
    private void greet() {
        try {
            send(MonitorFrame.hello());
        } catch (MonitorGone e) {
            end();
            throw e;
        }
    }

    /**
     * Input for the program.
     *
     * @throws MonitorGone when the monitor is gone
     */
    public void input(byte[] bytes) {
        for (int at = 0; at < bytes.length; at += MonitorFrame.MAX_INPUT) {
            int length = Math.min(MonitorFrame.MAX_INPUT, bytes.length - at);
            send(MonitorFrame.input(bytes, at, length));
        }
    }

    /** The end of the input: end of file of a pipe, Ctrl-D of a terminal. */
    public void endInput() {
        send(MonitorFrame.endInput());
    }

    public void resize(TerminalSize size) {
        send(MonitorFrame.resize(size));
    }

    /** A signal for the program. */
    public void signal(int number) {
        send(MonitorFrame.signal(number));
    }

    /** Up to where this client has read the log; an exec session's program is held back when no client reads. */
    public void read(long offset) {
        send(MonitorFrame.read(offset));
    }

    /**
     * As {@link #read}, and from here on a container's program is held back, too, before its log would lose what this client has not
     * read. A monitor of a Berth before this one knows no such wish.
     */
    public void await(long offset) {
        send(MonitorFrame.await(offset));
    }

    private void send(ByteBuffer frame) {
        synchronized (sending) {
            try {
                while (frame.hasRemaining()) {
                    calls.sendmsg(socket.number(), frame, List.of());
                }
            } catch (SyscallException e) {
                throw new MonitorGone(
                        "the monitor does not listen any more: " + e.errno().text(), e);
            } catch (IllegalStateException e) {
                throw new MonitorGone("the connection to the monitor is closed", e);
            }
        }
    }

    private void listen() {
        MonitorFrame.Parser parser = new MonitorFrame.Parser(listener);
        ByteBuffer part = ByteBuffer.allocate(4096);
        try {
            while (calls.read(socket.number(), part.clear()) > 0) {
                welcome = true;
                answered.countDown();
                parser.take(part.flip());
            }
        } catch (MonitorGone e) {
            System.getLogger(MonitorClient.class.getName()).log(System.Logger.Level.WARNING, e.getMessage());
        } catch (SyscallException e) {
            if (!e.is(Errno.ECONNRESET) && !e.is(Errno.EBADF)) {
                System.getLogger(MonitorClient.class.getName())
                        .log(System.Logger.Level.WARNING, "cannot read from a monitor", e);
            }
        } finally {
            end();
            answered.countDown();
            if (welcome) {
                listener.closed();
            }
        }
    }

    /** Nobody else closes the descriptor; a sender that waits has been woken by then. */
    private void end() {
        close();
        synchronized (sending) {
            synchronized (closing) {
                socket.close();
            }
        }
    }

    /** Ends the connection; the program goes on. The listener still hears {@link Listener#closed()}. */
    @Override
    public void close() {
        synchronized (closing) {
            if (open) {
                open = false;
                shutdown();
            }
        }
    }

    private void shutdown() {
        try {
            calls.shutdown(socket.number());
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOTCONN)) {
                throw e;
            }
        }
    }
}
