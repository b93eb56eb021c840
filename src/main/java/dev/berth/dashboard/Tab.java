package dev.berth.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** One open page of a browser: what it watches, and the messages on their way to it. Safe for many threads. */
final class Tab {
    private static final System.Logger LOG = System.getLogger(Tab.class.getName());
    private static final int MOST_TOPICS = 1_000;
    private static final int FEW = 8;

    private final Outbox outbox;
    private final ObjectMapper json;
    private final List<Topic> topics;
    private final Map<String, AutoCloseable> watched = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Tab(Outbox outbox, ObjectMapper json, List<Topic> topics) {
        this.outbox = outbox;
        this.json = json;
        this.topics = topics;
    }

    /** Watches a topic; one that is watched already begins anew, with its snapshot. */
    void subscribe(String name) {
        unsubscribe(name);
        Feed feed = new Feed(name);
        Optional<Topic> topic = topics.stream().filter(it -> it.answersTo(name)).findFirst();
        if (topic.isEmpty() || watched.size() >= MOST_TOPICS) {
            feed.refuse(topic.isEmpty() ? "there is no topic " + name : "too many topics on one socket");
            return;
        }
        try {
            watched.put(name, topic.get().open(name, feed));
        } catch (RuntimeException e) {
            feed.refuse(e.getMessage());
        }
        if (closed) {
            unsubscribe(name); // it was closed meanwhile, and this one not yet there
        }
    }

    /** Says what was wrong with a message that names no topic. */
    void refuse(String sentence) {
        new Feed("").refuse(sentence);
    }

    void unsubscribe(String name) {
        close(watched.remove(name));
    }

    void close() {
        closed = true;
        outbox.close();
        watched.keySet().forEach(this::unsubscribe);
    }

    private static void close(AutoCloseable subscription) {
        if (subscription == null) {
            return;
        }
        try {
            subscription.close();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.WARNING, "cannot end a subscription", e);
        }
    }

    /** Where a topic puts what it has to tell. */
    final class Feed {
        private final String name;

        private Feed(String name) {
            this.name = name;
        }

        /** All of it, which takes the place of a snapshot that still waits. */
        void snapshot(Object data) {
            outbox.put(name + " snapshot", message("snapshot", data));
        }

        /** Waits while the tab has not taken what was put before. */
        void awaitRoom() throws InterruptedException {
            outbox.awaitRoom(FEW);
        }

        /** A change of one thing; a newer one takes its place when the tab is slow. */
        void change(String key, Object data) {
            outbox.put(name + " " + key, message("change", data));
        }

        /** A change that is a step of its own: an event, lines of a log. */
        void step(Object data) {
            outbox.add(message("change", data));
        }

        /** Takes the place of a change that still waits. */
        void removed(String id) {
            outbox.put(name + " " + id, message("removed", Map.of("id", id)));
        }

        void refuse(String sentence) {
            outbox.add(
                    message("error", Map.of("detail", sentence == null ? "it failed without saying why" : sentence)));
        }

        private String message(String kind, Object data) {
            try {
                return json.writeValueAsString(Map.of("topic", name, "kind", kind, "data", data));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("cannot write " + name + " as JSON", e);
            }
        }
    }
}
