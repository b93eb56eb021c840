package dev.berth.cli;

import dev.berth.host.Terminal;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * This terminal (or these pipes) joined to a program in a container, by the WebSocket of API.md. Runs until the program ends, the
 * user detaches, or the connection is lost.
 */
final class AttachSession implements AutoCloseable {
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int REPLAY_ENDS = 4;
    private static final int EXITED = 6;
    private static final int SKIPPED = 7;
    private static final int ERROR = 8;
    private static final byte INPUT = 16;
    private static final byte END_OF_INPUT = 17;
    private static final byte RESIZE = 18;
    private static final byte ACKNOWLEDGED = 19;
    private static final byte SIGNAL = 20;
    private static final byte DETACH = 21;
    private static final int LARGEST_INPUT = 16 * 1024;

    /**
     * @param tty the program has a terminal, so ours becomes raw
     * @param input our standard input goes to the program
     * @param proxySignals signals that we get go to the program
     */
    record Style(boolean tty, boolean input, boolean proxySignals, String detachKeys) {
        /** For the query of who starts the program: what goes into a pipe or a file is to be whole, however slow that is. */
        String waiting() {
            return tty ? "" : "&wait=true";
        }
    }

    /** How it ended. {@code exitCode} counts only without {@code detached}. */
    record Outcome(boolean detached, int exitCode) {}

    private final Supplier<WebSocket> another;
    private final WebSocket socket;
    private final Style style;
    private final DetachKeys detachKeys;
    private final CountDownLatch running = new CountDownLatch(1);
    private final ExecutorService signals = Executors.newSingleThreadExecutor(WebSocket::daemon);
    private volatile boolean detached;
    private volatile IOException outputClosed;

    /**
     * @param program the path of what is attached to
     * @param query from where on its output is wanted
     */
    AttachSession(Api api, String program, String query, Style style) {
        this.another = () -> api.webSocket(program + "/attach?tail=0");
        this.socket = api.webSocket(program + "/attach?" + query);
        this.style = style;
        this.detachKeys = DetachKeys.parse(style.detachKeys());
        if (style.tty()) {
            resize();
        }
    }

    /** Moves bytes until the end. {@code started} is called once both directions are being served. */
    Outcome run(Runnable started) {
        boolean raw = style.tty() && style.input() && Terminal.isTerminal(Terminal.INPUT);
        try (Terminal.Raw mode = raw ? new Terminal.Raw() : null) {
            if (style.tty()) {
                Signals.on("WINCH", name -> resize());
            }
            if (style.proxySignals()) {
                Signals.PROXIED.forEach(name -> Signals.on(name, this::signal));
            }
            byte[] first = firstMessage();
            started.run();
            running.countDown();
            if (style.input()) {
                Thread reader = new Thread(this::input, "input");
                reader.setDaemon(true);
                reader.start();
            }
            return output(first);
        }
    }

    /** The service says where the replay begins as soon as it follows the program: from then on nothing is missed. */
    private byte[] firstMessage() {
        try {
            return socket.receive();
        } catch (IOException e) {
            throw new CliException("lost the connection to the service: " + e.getMessage());
        }
    }

    private Outcome output(byte[] first) {
        // Not closed: they are the process's own.
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        OutputStream err = new FileOutputStream(FileDescriptor.err);
        try {
            for (byte[] message = first; ; message = socket.receive()) {
                if (message == null) {
                    return lost("it closed the connection");
                }
                ByteBuffer payload = ByteBuffer.wrap(message, 1, message.length - 1);
                switch (message[0]) {
                    case STDOUT -> write(out, message);
                    case STDERR -> write(err, message);
                    case SKIPPED -> write(err, skipped(payload.getLong()));
                    case EXITED -> {
                        return new Outcome(false, payload.getInt());
                    }
                    case ERROR -> throw error(message);
                    default -> {
                        continue; // replay marks and sizes are for programs that draw a screen
                    }
                }
                if (outputClosed != null) {
                    throw new BrokenPipe();
                }
            }
        } catch (IOException e) {
            return lost(e.getMessage());
        }
    }

    private void write(OutputStream stream, byte[] message) {
        int count = message.length - 1;
        try {
            stream.write(message, 1, count);
        } catch (IOException e) {
            outputClosed = e;
            return;
        }
        if (style.tty()) { // somebody looks at it: what is typed is to be answered soon on a slow terminal, too
            socket.sendLater(
                    frame(ACKNOWLEDGED, ByteBuffer.allocate(4).putInt(count).array()));
        }
    }

    private static byte[] skipped(long bytes) {
        return ("\0\r\n[berth: " + bytes + " bytes of output were missed here]\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static CliException error(byte[] message) {
        byte[] document = new byte[message.length - 1];
        System.arraycopy(message, 1, document, 0, document.length);
        return Api.problem(Json.parse(document), 0);
    }

    private Outcome lost(String reason) {
        if (detached) {
            return new Outcome(true, 0);
        }
        throw new CliException("lost the connection to the service (" + (reason == null ? "it ended" : reason)
                + "); the container goes on, come back with: berth attach");
    }

    private void input() {
        byte[] buffer = new byte[LARGEST_INPUT];
        try {
            FileInputStream in = new FileInputStream(FileDescriptor.in);
            for (int count = read(in, buffer); count >= 0; count = read(in, buffer)) {
                DetachKeys.Filtered typed = style.tty()
                        ? detachKeys.filter(buffer, count)
                        : new DetachKeys.Filtered(java.util.Arrays.copyOf(buffer, count), false);
                if (typed.bytes().length > 0) {
                    socket.send(frame(INPUT, typed.bytes()));
                }
                if (typed.detached()) {
                    detach();
                    return;
                }
            }
            socket.send(frame(END_OF_INPUT, new byte[0]));
        } catch (IOException e) {
            return; // the socket is gone: the other direction says why
        }
    }

    /** An input that cannot be read counts as ended, as for every filter. */
    private static int read(FileInputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            return -1;
        }
    }

    private void detach() throws IOException {
        detached = true;
        socket.send(frame(DETACH, new byte[0]));
        socket.close();
    }

    private void resize() {
        Terminal.Size size = Terminal.size();
        byte[] payload = ByteBuffer.allocate(4)
                .putShort((short) size.columns())
                .putShort((short) size.rows())
                .array();
        sendOrForget(frame(RESIZE, payload));
    }

    /** One after the other, and not before there is a program: the JVM takes each signal on a thread of its own. */
    private void signal(String name) {
        signals.execute(() -> {
            try {
                running.await();
                deliver(name);
            } catch (CliException | IOException e) {
                return; // the session is over: the thread that receives says so
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Over a connection of its own: a signal must not wait behind input that the program does not take. */
    private void deliver(String name) throws IOException {
        try (WebSocket second = another.get()) {
            byte[] message;
            do {
                message = second.receive();
            } while (message != null && message[0] != REPLAY_ENDS && message[0] != ERROR);
            second.send(frame(SIGNAL, name.getBytes(StandardCharsets.US_ASCII)));
            second.send(frame(DETACH, new byte[0]));
            while (message != null) { // its close comes behind the signal
                message = second.receive();
            }
        }
    }

    private void sendOrForget(byte[] message) {
        try {
            socket.send(message);
        } catch (IOException e) {
            return; // the session is over: the thread that receives says so
        }
    }

    static byte[] frame(byte opcode, byte[] payload) {
        return ByteBuffer.allocate(payload.length + 1).put(opcode).put(payload).array();
    }

    @Override
    public void close() {
        socket.close();
    }
}
