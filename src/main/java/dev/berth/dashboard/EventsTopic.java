package dev.berth.dashboard;

import dev.berth.container.Event;
import dev.berth.container.Events;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** {@code events}: those that are kept, and each new one. */
@ApplicationScoped
class EventsTopic implements Topic {
    private final Events events;

    EventsTopic(Events events) {
        this.events = events;
    }

    @Override
    public boolean answersTo(String name) {
        return name.equals("events");
    }

    @Override
    public AutoCloseable open(String name, Tab.Feed feed) {
        List<Event> past = events.since(0);
        feed.snapshot(past);
        long last = past.isEmpty() ? 0 : past.get(past.size() - 1).sequence();
        return events.listen(last, feed::step);
    }
}
