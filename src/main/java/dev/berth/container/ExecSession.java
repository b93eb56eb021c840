package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.berth.launcher.ExitRecord;
import dev.berth.launcher.LogReader;
import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.MonitorGone;
import dev.berth.linux.TerminalSize;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A program that runs in a container beside its own. Its lock tells its end. */
final class ExecSession implements AttachTarget {
    /** What is written down of it, in its own directory. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Written(
            int version, String id, String container, List<String> command, boolean tty, Integer pid, Instant started) {
        static final int VERSION = 1;
    }

    private static final Duration UNATTENDED = Duration.ofSeconds(15);

    private final Written written;
    private final Path directory;
    private MonitorClient monitor;
    private ExitRecord exit;
    private final Audience audience = new Audience();
    private long end;
    private long discarded;
    private long bytes = -1;

    ExecSession(Written written, Path directory) {
        this.written = written;
        this.directory = directory;
    }

    String id() {
        return written.id();
    }

    String container() {
        return written.container();
    }

    /** The monitor announced more output. */
    void appended(long newEnd) {
        synchronized (this) {
            end = newEnd;
            notifyAll();
        }
        discardUnread();
    }

    /**
     * The program waits for its readers, and the service's own connection counts as one: while nobody has looked for a while, it
     * tells that all was read, so that a program in the background goes on.
     */
    void discardUnread() {
        MonitorClient client;
        long read;
        synchronized (this) {
            if (!audience.isAwayFor(UNATTENDED) || monitor == null || end <= discarded) {
                return;
            }
            client = monitor;
            read = end;
            discarded = end;
        }
        tellRead(client, read);
    }

    @Override
    public Audience audience() {
        return audience;
    }

    /** What was told for nobody holds no more: the program waits for who has come. */
    @Override
    public void attended() {
        MonitorClient client;
        synchronized (this) {
            if (discarded == 0 || monitor == null) {
                return;
            }
            client = monitor;
            discarded = 0;
        }
        tellRead(client, 0);
    }

    private static void tellRead(MonitorClient client, long offset) {
        try {
            client.read(offset);
        } catch (MonitorGone over) {
            return; // its end is on the way
        }
    }

    synchronized void watched(MonitorClient client) {
        monitor = client;
    }

    synchronized MonitorClient monitor() {
        return monitor;
    }

    synchronized void ended(ExitRecord record) {
        if (exit == null) {
            exit = record;
            monitor = null;
            notifyAll();
        }
    }

    synchronized boolean isOver() {
        return exit != null;
    }

    /** It has ended, and nobody reads what it wrote any more. */
    synchronized boolean isOverForAll() {
        return exit != null && audience.size() == 0;
    }

    synchronized Instant finished() {
        return exit == null ? null : exit.time();
    }

    /** What its files take; asked when it has ended. */
    synchronized long bytes() {
        if (bytes < 0) {
            bytes = DiskUse.bytes(directory);
        }
        return bytes;
    }

    synchronized void awaitEnd() throws InterruptedException {
        while (exit == null) {
            wait();
        }
    }

    synchronized ExecView view() {
        return new ExecView(
                written.id(),
                written.container(),
                written.command(),
                written.tty(),
                exit == null,
                exit == null ? written.pid() : null,
                exit == null ? null : exit.code(),
                written.started(),
                exit == null ? null : exit.time());
    }

    @Override
    public synchronized Phase phase() {
        return exit == null ? Phase.RUNNING : Phase.ENDED;
    }

    @Override
    public synchronized int exitCode() {
        return exit == null ? 0 : exit.code();
    }

    @Override
    public LogReader log(long from) {
        return LogReader.at(directory, from);
    }

    @Override
    public LogReader logTail(long bytes) {
        return LogReader.tail(directory, bytes);
    }

    @Override
    public Path runtimeDirectory() {
        return directory;
    }

    @Override
    public void startSize(TerminalSize size) {
        // it was started with its size
    }

    @Override
    public synchronized void awaitChange() throws InterruptedException {
        if (exit == null) {
            wait(100);
        }
    }
}
