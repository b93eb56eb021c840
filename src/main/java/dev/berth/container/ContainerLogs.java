package dev.berth.container;

import dev.berth.launcher.LogEntry;
import java.nio.file.Path;
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
        Path directory = paths.container(container.id());
        LastLines last = LastLines.count(directory, query);
        try (LogEntries log = last.open(directory)) {
            last.tell(log, sink);
            sink.pause();
            if (query.follow()) {
                LogLines coming = new LogLines(query, sink::line);
                follow(container, log, forever, coming, sink::pause);
                coming.flush();
                sink.pause();
            }
        }
    }

    /** The bytes as they were written, of one stream or both. @param gap told how many are missing at this point */
    void bytes(Container container, LogQuery query, Consumer<byte[]> sink, LongConsumer gap, Runnable pause)
            throws InterruptedException {
        try (LogEntries log = LogEntries.in(paths.container(container.id()))) {
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
}
