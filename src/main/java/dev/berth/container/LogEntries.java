package dev.berth.container;

import dev.berth.launcher.LogEntry;
import dev.berth.launcher.LogReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** A container's log from the oldest byte that is kept: what was written, and where some of it is missing. For one thread. */
final class LogEntries implements AutoCloseable {
    /** Who takes it, in its order. */
    interface Sink {
        void output(LogEntry.Output output);

        /** @param time when the last entry before it was written, or when the disk was full */
        void gap(Instant time, long bytes);
    }

    private final LogReader log;
    private long start;
    private Instant last;
    private boolean begun;

    private LogEntries(LogReader log, Instant last, boolean begun) {
        this.log = log;
        this.start = log.offset();
        this.last = last;
        this.begun = begun;
    }

    static LogEntries in(Path directory) {
        return new LogEntries(LogReader.at(directory, 0), Instant.now(), false);
    }

    /**
     * Where another has begun; what is gone since then is a gap.
     *
     * @param start what that one's {@link #start} says
     * @param time the one of such a gap
     */
    static LogEntries from(Path directory, long start, Instant time) {
        return new LogEntries(LogReader.at(directory, start), time, true);
    }

    /** The logical offset of the oldest byte that was kept when the first entry was told. */
    long start() {
        return start;
    }

    /** The logical offset at which the file begins that was read last. */
    long fileStart() {
        return log.fileStart();
    }

    /** Whether a rotation made the gap that was told last: such a gap ends where a file begins. */
    boolean skipped() {
        return log.offset() == log.fileStart();
    }

    /** Tells what is there by now. @return whether there was any */
    boolean drain(Sink sink) throws InterruptedException {
        boolean any = false;
        Optional<LogEntry> entry;
        while ((entry = log.next()).isPresent()) {
            tell(entry.get(), sink);
            begun = true;
            any = true;
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        begun = true;
        return any;
    }

    private void tell(LogEntry entry, Sink sink) {
        if (entry instanceof LogEntry.Output output) {
            last = output.time();
            sink.output(output);
        } else if (entry instanceof LogEntry.Lost lost) {
            last = lost.time();
            sink.gap(last, lost.bytes());
        } else if (entry instanceof LogEntry.Skipped skipped) {
            if (begun) {
                sink.gap(last, skipped.bytes());
            } else {
                start = skipped.end(); // it was gone before anybody asked
            }
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
