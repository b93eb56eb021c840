package dev.berth.container;

import dev.berth.launcher.LogEntry;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Reads the logs of containers, as lines or as the bytes that they are. Blocks its caller while it follows; interrupt it to end that. */
final class ContainerLogs {
    private final ContainerPaths paths;

    ContainerLogs(ContainerPaths paths) {
        this.paths = paths;
    }

    /** @param forever follows over the container's end too, until it is removed */
    void lines(Container container, LogQuery query, boolean forever, LogSink sink) throws InterruptedException {
        try (LogEntries log = entries(container)) {
            long[] passedOver = {query.tail() == null ? 0 : linesBefore(container, query)};
            sink.earlier(Math.max(0, passedOver[0]));
            Lines past = new Lines(query, line -> {
                if (line.isGap() ? passedOver[0] <= 0 : passedOver[0]-- <= 0) {
                    sink.line(line);
                }
            });
            log.drain(past);
            past.flush();
            sink.pause();
            if (query.follow()) {
                Lines coming = new Lines(query, sink::line);
                follow(container, log, forever, coming, sink::pause);
                coming.flush();
                sink.pause();
            }
        }
    }

    /** How many lines stand before the last ones. The log is read twice, and never held in memory. */
    private long linesBefore(Container container, LogQuery query) throws InterruptedException {
        long[] count = {0};
        try (LogEntries log = entries(container)) {
            Lines lines = new Lines(query, line -> count[0] += line.isGap() ? 0 : 1);
            log.drain(lines);
            lines.flush();
        }
        return count[0] - query.tail();
    }

    /** The bytes as they were written, of one stream or both. @param gap told how many are missing at this point */
    void bytes(Container container, LogQuery query, Consumer<byte[]> sink, LongConsumer gap, Runnable pause)
            throws InterruptedException {
        try (LogEntries log = entries(container)) {
            LogEntries.Sink wanted = new LogEntries.Sink() {
                @Override
                public void output(LogEntry.Output output) {
                    if (query.wants(LogLine.name(output.stream()), output.time())) {
                        sink.accept(output.bytes());
                    }
                }

                @Override
                public void gap(Instant time, long bytes) {
                    if (query.wants(time)) {
                        gap.accept(bytes);
                    }
                }
            };
            log.drain(wanted);
            pause.run();
            if (query.follow()) {
                follow(container, log, false, wanted, pause);
            }
        }
    }

    private LogEntries entries(Container container) {
        return LogEntries.in(paths.container(container.id()));
    }

    private static void follow(
            Container container, LogEntries log, boolean forever, LogEntries.Sink sink, Runnable pause)
            throws InterruptedException {
        long ends = container.ends();
        while (true) {
            long seen;
            boolean over;
            synchronized (container) {
                seen = container.output();
                over = container.isRemoved() || (!forever && !container.runsOn(ends));
            }
            if (log.drain(sink)) {
                pause.run();
                continue;
            }
            if (over) {
                return;
            }
            synchronized (container) {
                while (container.output() == seen && !container.isRemoved() && (forever || container.runsOn(ends))) {
                    container.wait();
                }
            }
        }
    }

    /** Those lines that are wanted, and the gaps between them. */
    private static final class Lines implements LogEntries.Sink {
        private final LogQuery query;
        private final Consumer<LogLine> sink;
        private final LineSplitter splitter;

        Lines(LogQuery query, Consumer<LogLine> sink) {
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
            splitter.cut();
            if (query.wants(time)) {
                sink.accept(LogLine.gap(time, query.stream(), bytes));
            }
        }

        void flush() {
            splitter.flush();
        }
    }
}
