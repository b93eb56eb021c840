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
    private Instant last = Instant.now();
    private boolean begun;

    private LogEntries(LogReader log) {
        this.log = log;
    }

    static LogEntries in(Path directory) {
        return new LogEntries(LogReader.at(directory, 0));
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
        } else if (entry instanceof LogEntry.Skipped skipped && begun) {
            // Else it was gone before anybody asked.
            sink.gap(last, skipped.bytes());
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
