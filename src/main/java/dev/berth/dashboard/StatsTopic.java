package dev.berth.dashboard;

import dev.berth.container.Containers;
import dev.berth.container.UsageMeter;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code stats:<container>}: what it uses, each second while it runs. */
@ApplicationScoped
class StatsTopic implements Topic {
    private final Containers containers;
    private final UsageMeter meter;

    StatsTopic(Containers containers, UsageMeter meter) {
        this.containers = containers;
        this.meter = meter;
    }

    @Override
    public boolean answersTo(String name) {
        return name.startsWith("stats:");
    }

    @Override
    public AutoCloseable open(String name, Tab.Feed feed) {
        String id = containers.inspect(Topic.object(name)).id();
        AtomicBoolean begun = new AtomicBoolean();
        return meter.watch(id, usage -> {
            if (begun.getAndSet(true)) {
                feed.change("now", usage);
            } else {
                feed.snapshot(usage);
            }
        });
    }
}
