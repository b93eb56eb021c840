package dev.berth.container;

import dev.berth.launcher.LogEntry;
import dev.berth.launcher.LogReader;
import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.MonitorGone;
import dev.berth.launcher.Signal;
import dev.berth.linux.Syscalls;
import java.util.Optional;

/**
 * A viewer of a container or an exec session: reads its log in a thread of its own, and sends input to its monitor. A viewer that
 * comes before the start waits for it; one of a container hears the end of the run that it saw, or of the next.
 */
public final class Attachment implements AutoCloseable {
    private static final long IDLE_MILLIS = 30_000;

    private final Syscalls calls;
    private final Program program;
    private final AttachListener listener;
    private final Runnable detached;
    private final LogReader reader;
    private final int run;
    private final Thread thread;

    private volatile boolean closed;
    private MonitorClient client;
    private dev.berth.linux.TerminalSize wanted;

    /** @param detached called once, at the end */
    Attachment(Syscalls calls, Program program, LogReader reader, AttachListener listener, Runnable detached) {
        this.calls = calls;
        this.program = program;
        this.listener = listener;
        this.detached = detached;
        this.reader = reader;
        this.run = program.runToWatch();
        this.thread =
                new Thread(this::show, "viewer " + program.socketDirectory().getFileName());
        thread.setDaemon(true);
    }

    /** To be called once; before it the listener hears nothing. */
    public void begin() {
        thread.start();
    }

    private void show() {
        try (reader) {
            listener.replayBegins(reader.offset(), size(reader.size()));
            drain();
            listener.replayEnds(reader.offset());
            follow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (!closed) {
                listener.failed(e);
            }
        } finally {
            close();
            detached.run();
        }
    }

    private void follow() throws InterruptedException {
        while (!closed) {
            long seen = program.pulse().now();
            connectWhenAlive();
            Optional<Integer> code = program.exitCode(run);
            drain();
            if (code.isPresent()) {
                listener.exited(code.get());
                return;
            }
            if (program.isRemoved()) {
                throw new ContainerException.NotFound("the container was removed");
            }
            program.pulse().await(seen, IDLE_MILLIS);
        }
    }

    private void drain() {
        for (Optional<LogEntry> entry = reader.next(); entry.isPresent() && !closed; entry = reader.next()) {
            tell(entry.get());
            if (program.isPaced()) {
                acknowledge(entry.get().end());
            }
        }
    }

    private void tell(LogEntry entry) {
        if (entry instanceof LogEntry.Output output) {
            if (output.stream() == LogEntry.Stream.STDERR) {
                listener.stderr(output.bytes());
            } else {
                listener.stdout(output.bytes());
            }
        } else if (entry instanceof LogEntry.Resized resized) {
            listener.resized(size(resized.size()));
        } else if (entry instanceof LogEntry.Lost lost) {
            listener.skipped(lost.bytes());
        } else if (entry instanceof LogEntry.Skipped skipped) {
            listener.skipped(skipped.bytes());
        }
    }

    private void acknowledge(long offset) {
        try {
            client().ifPresent(monitor -> monitor.read(offset));
        } catch (MonitorGone ended) {
            return; // its log is complete: nothing is held up any more
        }
    }

    /** A resize before the start holds from the start on. */
    private void connectWhenAlive() {
        dev.berth.linux.TerminalSize size;
        synchronized (this) {
            size = wanted;
        }
        if (size == null || !program.isAlive()) {
            return;
        }
        try {
            Optional<MonitorClient> monitor = client();
            if (monitor.isPresent()) {
                monitor.get().resize(size);
                synchronized (this) {
                    wanted = wanted == size ? null : wanted;
                }
            }
        } catch (MonitorGone ended) {
            return; // the end is told by the log
        }
    }

    private synchronized Optional<MonitorClient> client() {
        if (closed || !program.isAlive()) {
            return Optional.empty();
        }
        if (client == null) {
            client = MonitorClient.connect(calls, program.socketDirectory(), new Silent());
        }
        return Optional.of(client);
    }

    /** What comes while nothing runs is lost, as it is at a terminal that nobody reads. Blocks while the program does not read. */
    public void input(byte[] bytes) {
        toMonitor(monitor -> monitor.input(bytes));
    }

    public void endInput() {
        toMonitor(MonitorClient::endInput);
    }

    public void resize(TerminalSize size) {
        synchronized (this) {
            wanted = new dev.berth.linux.TerminalSize(size.columns(), size.rows());
        }
        connectWhenAlive();
    }

    /** @throws ContainerException.Invalid when there is no such signal */
    public void signal(String name) {
        Signal signal = Sentences.checked(() -> Signal.parse(name));
        toMonitor(monitor -> monitor.signal(signal.number()));
    }

    private void toMonitor(java.util.function.Consumer<MonitorClient> message) {
        try {
            client().ifPresent(message);
        } catch (MonitorGone ended) {
            return; // the end is told by the log
        }
    }

    private static TerminalSize size(dev.berth.linux.TerminalSize size) {
        return new TerminalSize(size.columns(), size.rows());
    }

    /** The viewer goes; the program stays. A second call does nothing. */
    @Override
    public void close() {
        MonitorClient last;
        synchronized (this) {
            closed = true;
            last = client;
            client = null;
        }
        if (last != null) {
            last.close();
        }
        program.pulse().beat();
    }

    /** The log is followed by the watcher's beats; this connection only sends. */
    private static final class Silent implements MonitorClient.Listener {
        @Override
        public void appended(long end) {
            return;
        }

        @Override
        public void exited(int code, int signal, long end) {
            return;
        }

        @Override
        public void closed() {
            return;
        }
    }
}
