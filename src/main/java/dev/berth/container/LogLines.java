package dev.berth.container;

import dev.berth.launcher.LogEntry;
import java.time.Instant;
import java.util.function.Consumer;

/** Those lines of a log that are wanted, and the gaps between them. */
final class LogLines implements LogEntries.Sink {
    private final LogQuery query;
    private final Consumer<LogLine> sink;
    private final LineSplitter splitter;

    LogLines(LogQuery query, Consumer<LogLine> sink) {
        this.query = query;
        this.sink = sink;
        this.splitter = new LineSplitter(line -> {
            if (query.wants(line.stream(), line.time())) {
                sink.accept(line);
            }
        });
    }

    @Override
    public void output(LogEntry.Output output) {
        splitter.add(output);
    }

    @Override
    public void gap(Instant time, long bytes) {
        cut();
        if (query.wants(time)) {
            sink.accept(LogLine.gap(time, query.stream(), bytes));
        }
    }

    /** Ends the lines that have begun, before a gap. */
    void cut() {
        splitter.cut();
    }

    /** What has no end of line yet counts as a line. */
    void flush() {
        splitter.flush();
    }
}
