package dev.berth.dashboard;

import dev.berth.container.Containers;
import dev.berth.container.LogLine;
import dev.berth.container.LogQuery;
import dev.berth.container.LogSink;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code logs:<container>}: its last lines, then each new one, over its restarts until it is removed. {@code logs:<container>/all} begins
 * with the first line that is kept.
 */
@ApplicationScoped
class LogsTopic implements Topic {
    private static final int TAIL = 10_000;
    private static final int BATCH = 2_000;
    /** What long lines may hold together: as JSON it may be six times as much, and several wait for a slow tab. */
    private static final int BATCH_BYTES = 128 << 10;

    private static final String ALL = "/all";

    private final Containers containers;

    LogsTopic(Containers containers) {
        this.containers = containers;
    }

    @Override
    public boolean answersTo(String name) {
        return name.startsWith("logs:");
    }

    @Override
    public AutoCloseable open(String name, Tab.Feed feed) {
        boolean all = name.endsWith(ALL);
        String object = Topic.object(name);
        String container = containers
                .inspect(all ? object.substring(0, object.length() - ALL.length()) : object)
                .id();
        LogQuery query = new LogQuery(all ? null : TAIL, null, null, null, true);
        Thread reader = new Thread(() -> read(container, query, feed), name.substring(0, Math.min(17, name.length())));
        reader.setDaemon(true);
        reader.start();
        return reader::interrupt;
    }

    private void read(String container, LogQuery query, Tab.Feed feed) {
        try {
            containers.logLines(container, query, true, new Batch(feed));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody looks any more
        } catch (RuntimeException e) {
            if (!Thread.currentThread().isInterrupted()) {
                feed.refuse(e.getMessage());
            }
        }
    }

    /**
     * Lines on their way.
     *
     * @param earlier lines that stand before the first of these
     * @param complete all that was there is told
     */
    private record Lines(List<LogLine> lines, long earlier, boolean complete) {}

    /** In batches, and no faster than the tab takes them. */
    private static final class Batch implements LogSink {
        private final Tab.Feed feed;
        private final List<LogLine> lines = new ArrayList<>();
        private int bytes;
        private long earlier;
        private boolean begun;

        private Batch(Tab.Feed feed) {
            this.feed = feed;
        }

        @Override
        public void earlier(long before) {
            earlier = before;
        }

        @Override
        public void line(LogLine line) {
            lines.add(line);
            bytes += line.bytes().length;
            if (lines.size() >= BATCH || bytes >= BATCH_BYTES) {
                tell(false);
            }
        }

        @Override
        public void pause() {
            tell(true);
        }

        private void tell(boolean complete) {
            try {
                feed.awaitRoom();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the reading ends at its next step
                return;
            }
            Lines message = new Lines(List.copyOf(lines), earlier, complete);
            lines.clear();
            bytes = 0;
            if (begun) {
                feed.step(message);
            } else {
                begun = true;
                feed.snapshot(message);
            }
        }
    }
}
