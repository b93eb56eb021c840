package dev.berth.dashboard;

import dev.berth.container.Containers;
import dev.berth.container.LogLine;
import dev.berth.container.LogQuery;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code logs:<container>}: its last lines, then each new one, over its restarts until it is removed. */
@ApplicationScoped
class LogsTopic implements Topic {
    private static final int TAIL = 10_000;
    private static final int BATCH = 500;

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
        String container = containers.inspect(Topic.object(name)).id();
        Thread reader = new Thread(() -> read(container, feed), name.substring(0, Math.min(17, name.length())));
        reader.setDaemon(true);
        reader.start();
        return reader::interrupt;
    }

    private void read(String container, Tab.Feed feed) {
        Batch batch = new Batch(feed);
        try {
            containers.logLines(container, new LogQuery(TAIL, null, null, null, true), true, batch::add, batch::flush);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody looks any more
        } catch (RuntimeException e) {
            if (!Thread.currentThread().isInterrupted()) {
                feed.refuse(e.getMessage());
            }
        }
    }

    /** Lines on their way: in batches, and no faster than the tab takes them. */
    private static final class Batch {
        private final Tab.Feed feed;
        private final List<LogLine> lines = new ArrayList<>();
        private boolean begun;

        private Batch(Tab.Feed feed) {
            this.feed = feed;
        }

        void add(LogLine line) {
            lines.add(line);
            if (lines.size() >= BATCH) {
                flush();
            }
        }

        void flush() {
            try {
                feed.awaitRoom();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the reading ends at its next step
                return;
            }
            Map<String, List<LogLine>> message = Map.of("lines", List.copyOf(lines));
            lines.clear();
            if (begun) {
                feed.step(message);
            } else {
                begun = true;
                feed.snapshot(message);
            }
        }
    }
}
