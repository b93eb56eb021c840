package dev.berth.container;

import dev.berth.launcher.LogEntry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The last lines of a log, or all. The log is read twice, and never held in memory: its lines are counted, then told from the first of
 * the last on. A file that is rotated away meanwhile takes its own lines along: they are not taken from those that remain.
 */
final class LastLines {
    private final LogQuery query;
    /** How many lines stand before each file, by the logical offset at which it starts. */
    private final NavigableMap<Long, Long> before = new TreeMap<>();

    private long count;
    private long start;
    private Instant first = Instant.now();

    private LastLines(LogQuery query) {
        this.query = query;
    }

    static LastLines count(Path directory, LogQuery query) throws InterruptedException {
        LastLines last = new LastLines(query);
        if (query.tail() != null) {
            try (LogEntries log = LogEntries.in(directory)) {
                last.count(log);
            }
        }
        return last;
    }

    private void count(LogEntries log) throws InterruptedException {
        LogLines lines = new LogLines(query, this::count);
        log.drain(new LogEntries.Sink() {
            @Override
            public void output(LogEntry.Output output) {
                before.putIfAbsent(log.fileStart(), count);
                lines.output(output);
            }

            @Override
            public void gap(Instant time, long bytes) {
                // What the gap ends stands before it.
                lines.cut();
                before.putIfAbsent(log.fileStart(), count);
            }
        });
        lines.flush();
        start = log.start();
    }

    private void count(LogLine line) {
        if (count++ == 0) {
            first = line.time();
        }
    }

    /** The log from where the counting began. The caller closes it. */
    LogEntries open(Path directory) {
        return before.isEmpty() ? LogEntries.in(directory) : LogEntries.from(directory, start, first);
    }

    /** Tells what is there by now. */
    void tell(LogEntries log, LogSink sink) throws InterruptedException {
        Passage passage = new Passage(sink);
        LogLines lines = new LogLines(query, passage::line);
        log.drain(new LogEntries.Sink() {
            @Override
            public void output(LogEntry.Output output) {
                lines.output(output);
            }

            @Override
            public void gap(Instant time, long bytes) {
                lines.cut();
                if (log.skipped()) {
                    passage.resume(log.fileStart());
                }
                lines.gap(time, bytes);
            }
        });
        lines.flush();
        passage.begin();
    }

    /** How many lines stand between the start of a file and the last lines. */
    private long ahead(long fileStart) {
        if (query.tail() == null) {
            return 0;
        }
        Map.Entry<Long, Long> file = before.ceilingEntry(fileStart);
        // What was written after the counting is told in any case.
        return file == null ? 0 : Math.max(0, count - query.tail() - file.getValue());
    }

    /** Passes over what comes before the last lines. */
    private final class Passage {
        private final LogSink sink;
        private long ahead = ahead(start);
        private long earlier;
        private boolean begun;

        Passage(LogSink sink) {
            this.sink = sink;
        }

        void line(LogLine line) {
            if (ahead == 0) {
                begin();
                sink.line(line);
            } else if (!line.isGap()) {
                ahead--;
                earlier++;
            }
        }

        /** What stood before this file is gone: of what stands before the last lines, only what comes now. */
        void resume(long fileStart) {
            if (!begun) {
                ahead = ahead(fileStart);
                earlier = 0;
            }
        }

        /** The last lines come now, if there are any. */
        void begin() {
            if (!begun) {
                begun = true;
                sink.earlier(earlier);
            }
        }
    }
}
