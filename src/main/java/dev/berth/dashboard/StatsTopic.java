package dev.berth.dashboard;

import dev.berth.container.Containers;
import dev.berth.container.UsageMeter;
import jakarta.enterprise.context.ApplicationScoped;

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
        return meter.watch(id, usage -> feed.change("now", usage));
    }
}
