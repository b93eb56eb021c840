package dev.berth.dashboard;

import dev.berth.container.ContainerView;
import dev.berth.container.Containers;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code containers}: all of them, and each change. */
@ApplicationScoped
class ContainersTopic implements Topic {
    private final Containers containers;

    ContainersTopic(Containers containers) {
        this.containers = containers;
    }

    @Override
    public boolean answersTo(String name) {
        return name.equals("containers");
    }

    /** What changes while the snapshot is made is told once more behind it: the snapshot may be older than the change. */
    @Override
    public AutoCloseable open(String name, Tab.Feed feed) {
        Map<String, Runnable> meanwhile = new ConcurrentHashMap<>();
        AtomicBoolean told = new AtomicBoolean();
        AutoCloseable listening = containers.listen((view, removed) -> {
            Runnable change = () -> tell(feed, view, removed);
            if (told.get()) {
                change.run();
            } else {
                meanwhile.put(view.id(), change);
            }
        });
        feed.snapshot(containers.list(true));
        told.set(true);
        meanwhile.values().forEach(Runnable::run);
        return listening;
    }

    private static void tell(Tab.Feed feed, ContainerView view, boolean removed) {
        if (removed) {
            feed.removed(view.id());
        } else {
            feed.change(view.id(), view);
        }
    }
}
