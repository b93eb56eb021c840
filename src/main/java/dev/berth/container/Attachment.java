package dev.berth.container;

import dev.berth.launcher.BadLaunch;
import dev.berth.launcher.LauncherException;
import dev.berth.launcher.LogEntry;
import dev.berth.launcher.LogReader;
import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.MonitorGone;
import dev.berth.launcher.Signal;
import dev.berth.linux.Syscalls;
import dev.berth.linux.TerminalSize;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One viewer at one program: the log is read from some point on and told to the viewer, input goes to the monitor. The log is the only
 * source, so that a viewer who is late, slow or new sees the same bytes in the same order as every other.
 *
 * <p>Has one thread of its own, which ends with {@link #close} or with the program. The other methods may be called from any thread.
 */
public final class Attachment implements AutoCloseable {
    /** Output after which the rest is looked after: the count of viewers, a monitor that is new. */
    private static final long ROUND = 1 << 20;

    private static final long SIGN_OF_LIFE_NANOS = 200_000_000;

    /** What a program writes byte by byte is to arrive in fewer pieces; the first of them at once, as an echo must. */
    private static final long GATHER_NANOS = 3_000_000;

    private static final int SMALL = 4096;

    private final Syscalls calls;
    private final AttachTarget target;
    private final Viewer viewer;
    private final boolean awaited;
    private final Function<AttachTarget, LogReader> begin;
    private final Thread thread;
    private final Object news = new Object();
    private final Coalesced collected = new Coalesced();
    /** Up to where the log was told, or is being told. */
    private long reached;

    private int flushed;
    private long flushedAt = System.nanoTime() - GATHER_NANOS;

    private long toldRead;
    private long toldReadAt;
    private boolean more;
    /** Of the log, as the monitor has told it at the program's end; 0 before. */
    private long end;

    private boolean monitorGone;
    private boolean closed;
    private MonitorClient monitor;
    /** What the program does not take makes its monitor stop reading this one. Made for the first input, for many only watch. */
    private MonitorClient inputs;

    private TerminalSize wantedSize;
    private int toldViewers;
    private final Runnable audienceChanged = () -> tell(() -> more = true);

    private Attachment(Syscalls calls, AttachTarget target, Viewer viewer, Function<AttachTarget, LogReader> begin) {
        this.calls = calls;
        this.target = target;
        this.viewer = viewer;
        this.awaited = viewer.isAwaited();
        this.begin = begin;
        this.thread = new Thread(this::run, "attach");
        thread.setDaemon(true);
    }

    /** Begins at once. */
    static Attachment begin(Syscalls calls, AttachTarget target, Attachments.Start start, Viewer viewer) {
        Function<AttachTarget, LogReader> log = it -> start instanceof Attachments.Start.From from
                ? it.log(from.offset())
                : it.logTail(((Attachments.Start.Tail) start).bytes());
        return new Attachment(calls, target, viewer, log).started();
    }

    private Attachment started() {
        target.audience().join(audienceChanged, awaited);
        target.attended();
        thread.start();
        return this;
    }

    /** Input for the program; blocks while it does not read, or has not started. What comes after its end is dropped. */
    public void input(byte[] bytes) {
        sendInput(client -> client.input(bytes));
    }

    /** As {@link #input}. */
    public void endInput() {
        sendInput(MonitorClient::endInput);
    }

    private void sendInput(Consumer<MonitorClient> message) {
        try {
            Optional<MonitorClient> client = awaitInputs();
            if (client.isPresent()) {
                message.accept(client.get());
            }
        } catch (MonitorGone e) {
            return; // it goes nowhere, as what is typed at the end of a program
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Empty when this viewer has ended. Where no second connection can be had (a monitor takes 64), the first serves. */
    private Optional<MonitorClient> awaitInputs() throws InterruptedException {
        synchronized (news) {
            while (monitor == null && !closed) {
                news.wait();
            }
            if (inputs == null && !closed) {
                try {
                    inputs = MonitorClient.connect(calls, target.runtimeDirectory(), new InputsListener());
                } catch (MonitorGone e) {
                    return Optional.of(monitor);
                }
            }
            return Optional.ofNullable(inputs);
        }
    }

    /** Of a program that has not started it is the size to start with. */
    public void resize(int columns, int rows) {
        TerminalSize size = new TerminalSize(columns, rows);
        synchronized (news) {
            wantedSize = size;
        }
        if (target.phase() == AttachTarget.Phase.BEFORE) {
            target.startSize(size);
        }
        send(client -> client.resize(size));
    }

    /** @throws ContainerException.Invalid when there is no such signal */
    public void signal(String name) {
        int number = signalNumber(name);
        send(client -> client.signal(number));
    }

    private static int signalNumber(String name) {
        try {
            return Signal.parse(name).number();
        } catch (BadLaunch e) {
            throw new ContainerException.Invalid(e.field(), e.getMessage());
        }
    }

    /** The viewer has taken in something of what it is still being told: the program is held for it on. */
    public synchronized void takesIn() {
        if (toldRead > 0 && System.nanoTime() - toldReadAt > SIGN_OF_LIFE_NANOS) {
            tellRead(toldRead);
        }
    }

    private synchronized void tellRead(long offset) {
        toldRead = offset;
        toldReadAt = System.nanoTime();
        send(client -> client.read(offset));
    }

    private void send(Consumer<MonitorClient> message) {
        MonitorClient client;
        synchronized (news) {
            client = monitor;
        }
        if (client == null) {
            return;
        }
        try {
            message.accept(client);
        } catch (MonitorGone e) {
            tell(() -> monitorGone = true); // its end is told by the reading thread, from the exit record
        }
    }

    private void run() {
        try (LogReader log = begin.apply(target)) {
            viewer.replayBegins(log.offset(), log.size().columns(), log.size().rows());
            connect(log.offset());
            // Not all that comes meanwhile: a program that writes on and on would never let it end.
            long past = log.end();
            while (drain(log, Math.min(past, log.offset() + ROUND)) && log.offset() < past) {
                connect(log.offset());
            }
            viewer.replayEnds(log.offset());
            follow(log);
        } catch (LauncherException | UncheckedIOException e) {
            if (!isClosed()) {
                viewer.failed(e.getMessage());
            }
        } catch (RuntimeException e) {
            // A viewer that goes away while it is told something: its thread is interrupted in the middle of it.
            if (!isClosed()) {
                throw e;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
            target.audience().leave(audienceChanged);
        }
    }

    private void follow(LogReader log) throws InterruptedException {
        while (!isClosed()) {
            AttachTarget.Phase phase = target.phase();
            connect(log.offset());
            tellViewers();
            if (phase != AttachTarget.Phase.ENDED) {
                gather();
            }
            boolean read = drain(log, log.offset() + ROUND);
            if (isClosed()) {
                return;
            }
            if (phase == AttachTarget.Phase.ENDED && !read) {
                long missed = end() - log.offset();
                if (missed > 0) { // who read on for too long: it was removed
                    viewer.skipped(missed);
                }
                viewer.exited(target.exitCode());
                return;
            }
            if (!read) {
                await();
            }
        }
    }

    /** Tells the viewer what is in the log now, up to a logical offset at least. @return whether there was anything */
    private boolean drain(LogReader log, long end) {
        boolean any = false;
        Optional<LogEntry> entry;
        while (!isClosed() && (!any || reached < end) && (entry = log.next()).isPresent()) {
            any = true;
            if (!(entry.get() instanceof LogEntry.Output output && collected.add(output))) {
                flush();
                tell(entry.get());
            }
            reached = log.offset();
        }
        flush();
        return any;
    }

    private void flush() {
        if (!collected.isEmpty()) {
            boolean stderr = collected.isStderr();
            long offset = reached;
            byte[] output = collected.take();
            viewer.output(output, stderr);
            flushed = output.length;
            flushedAt = System.nanoTime();
            tellRead(offset);
        }
    }

    private void gather() throws InterruptedException {
        long left = GATHER_NANOS - (System.nanoTime() - flushedAt);
        if (flushed < SMALL && left > 0) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    private void tell(LogEntry entry) {
        if (entry instanceof LogEntry.Output output) {
            collected.add(output);
        } else if (entry instanceof LogEntry.Resized resized) {
            viewer.resized(resized.size().columns(), resized.size().rows());
        } else if (entry instanceof LogEntry.Lost lost) {
            viewer.skipped(lost.bytes());
        } else if (entry instanceof LogEntry.Skipped skipped) {
            viewer.skipped(skipped.bytes());
        }
    }

    private void tellViewers() {
        int now = target.audience().size();
        if (now != toldViewers) {
            toldViewers = now;
            viewer.viewers(now);
        }
    }

    /** Finds the monitor as soon as there is one. @param offset up to which the log was told */
    private void connect(long offset) {
        synchronized (news) {
            if (closed || (monitor != null && !monitorGone) || target.phase() != AttachTarget.Phase.RUNNING) {
                return;
            }
            try {
                monitor = MonitorClient.connect(calls, target.runtimeDirectory(), new Listener());
                monitorGone = false;
                news.notifyAll();
            } catch (MonitorGone e) {
                monitor = null; // it has just ended: the phase will say so
                return;
            }
        }
        TerminalSize size = wantedSize;
        if (size != null) {
            send(client -> client.resize(size));
        }
        if (awaited) {
            send(client -> client.await(offset));
        }
    }

    private void await() throws InterruptedException {
        synchronized (news) {
            if (monitor != null && !monitorGone) {
                while (!more && !closed && !monitorGone) {
                    news.wait();
                }
                more = false;
                return;
            }
        }
        target.awaitChange();
    }

    private void tell(Runnable change) {
        synchronized (news) {
            change.run();
            news.notifyAll();
        }
    }

    private long end() {
        synchronized (news) {
            return end;
        }
    }

    private boolean isClosed() {
        synchronized (news) {
            return closed;
        }
    }

    /** Ends this viewer; the program goes on. */
    @Override
    public void close() {
        List<MonitorClient> clients;
        synchronized (news) {
            closed = true;
            clients = Stream.of(monitor, inputs).filter(Objects::nonNull).toList();
            monitor = null;
            inputs = null;
            news.notifyAll();
        }
        clients.forEach(MonitorClient::close);
        thread.interrupt();
    }

    private final class Listener implements MonitorClient.Listener {
        @Override
        public void appended(long end) {
            tell(() -> more = true);
        }

        @Override
        public void exited(int code, int signal, long last) {
            tell(() -> {
                more = true;
                end = last;
            });
        }

        @Override
        public void closed() {
            tell(() -> {
                more = true;
                monitorGone = true;
            });
        }
    }

    /** News comes over the other connection. */
    private final class InputsListener implements MonitorClient.Listener {
        @Override
        public void appended(long end) {}

        @Override
        public void exited(int code, int signal, long end) {}

        @Override
        public void closed() {
            tell(() -> inputs = null);
        }
    }
}
