package dev.berth.container;

import dev.berth.launcher.LogEntry;
import dev.berth.launcher.LogReader;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads the logs of containers, as lines or as the bytes that they are. Blocks its caller while it follows; interrupt it to end that. */
final class ContainerLogs {
    private final ContainerPaths paths;

    ContainerLogs(ContainerPaths paths) {
        this.paths = paths;
    }

    /** @param forever follows over the container's end too, until it is removed */
    void lines(Container container, LogQuery query, boolean forever, LogSink sink) throws InterruptedException {
        try (LogReader log = LogReader.at(paths.container(container.id()), 0)) {
            long[] passedOver = {query.tail() == null ? 0 : linesBefore(container, query)};
            sink.earlier(Math.max(0, passedOver[0]));
            LineSplitter past = new LineSplitter(line -> {
                if (query.wants(line) && passedOver[0]-- <= 0) {
                    sink.line(line);
                }
            });
            drain(log, past::add);
            past.flush();
            sink.pause();
            if (query.follow()) {
                LineSplitter coming = new LineSplitter(line -> {
                    if (query.wants(line)) {
                        sink.line(line);
                    }
                });
                follow(container, log, forever, coming::add, sink::pause);
                coming.flush();
                sink.pause();
            }
        }
    }

    /** How many lines stand before the last ones. The log is read twice, and never held in memory. */
    private long linesBefore(Container container, LogQuery query) throws InterruptedException {
        long[] count = {0};
        try (LogReader log = LogReader.at(paths.container(container.id()), 0)) {
            LineSplitter lines = new LineSplitter(line -> count[0] += query.wants(line) ? 1 : 0);
            drain(log, lines::add);
            lines.flush();
        }
        return count[0] - query.tail();
    }

    /** The bytes as they were written, of one stream or both. */
    void bytes(Container container, LogQuery query, Consumer<byte[]> sink, Runnable pause) throws InterruptedException {
        try (LogReader log = LogReader.at(paths.container(container.id()), 0)) {
            Consumer<LogEntry.Output> wanted = output -> {
                if (query.wants(LogLine.name(output.stream()), output.time())) {
                    sink.accept(output.bytes());
                }
            };
            drain(log, wanted);
            pause.run();
            if (query.follow()) {
                follow(container, log, false, wanted, pause);
            }
        }
    }

    private static void follow(
            Container container, LogReader log, boolean forever, Consumer<LogEntry.Output> sink, Runnable pause)
            throws InterruptedException {
        long ends = container.ends();
        while (true) {
            long seen;
            boolean over;
            synchronized (container) {
                seen = container.output();
                over = container.isRemoved() || (!forever && !container.runsOn(ends));
            }
            if (drain(log, sink)) {
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

    private static boolean drain(LogReader log, Consumer<LogEntry.Output> sink) throws InterruptedException {
        boolean any = false;
        Optional<LogEntry> entry;
        while ((entry = log.next()).isPresent()) {
            any = true;
            if (entry.get() instanceof LogEntry.Output output) {
                sink.accept(output);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return any;
    }
}
