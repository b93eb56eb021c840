package dev.berth.dashboard;

import dev.berth.container.ContainerView;
import dev.berth.container.Containers;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;

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
        Meanwhile meanwhile = new Meanwhile(feed);
        AutoCloseable listening = containers.listen(meanwhile::changed);
        feed.snapshot(containers.list(true));
        meanwhile.end();
        return listening;
    }

    /** Keeps the last change of each container, until the snapshot is told. */
    private static final class Meanwhile {
        private final Tab.Feed feed;
        private final Map<String, Runnable> kept = new LinkedHashMap<>();
        private boolean isOver;

        private Meanwhile(Tab.Feed feed) {
            this.feed = feed;
        }

        synchronized void changed(ContainerView view, boolean removed) {
            if (isOver) {
                tell(feed, view, removed);
            } else {
                kept.put(view.id(), () -> tell(feed, view, removed));
            }
        }

        synchronized void end() {
            isOver = true;
            kept.values().forEach(Runnable::run);
            kept.clear();
        }
    }

    private static void tell(Tab.Feed feed, ContainerView view, boolean removed) {
        if (removed) {
            feed.removed(view.id());
        } else {
            feed.change(view.id(), view);
        }
    }
}
