package dev.berth.container;

import dev.berth.linux.Cgroup;
import dev.berth.linux.CgroupException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Containers that stand still: their control groups are frozen. */
final class Pausing {
    private static final System.Logger LOG = System.getLogger(Pausing.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long GLANCE_MILLIS = 5;

    private final Core core;

    Pausing(Core core) {
        this.core = core;
    }

    /** Returns when nothing in it runs any more. One that is paused already is left alone. */
    void pause(Container container) {
        synchronized (container) {
            if (container.state() == ContainerState.PAUSED) {
                return;
            }
            if (!container.state().canExec()) {
                throw Lifecycle.conflict(container, "pause");
            }
            if (!freeze(container)) {
                return;
            }
            container.state(ContainerState.PAUSED);
            publish(container, "container.paused");
        }
        core.directory().tell(container);
    }

    /**
     * Under the container's lock, which it gives up while it waits: whoever only looks must not wait as well.
     *
     * @return false when another call has paused it meanwhile
     */
    private boolean freeze(Container container) {
        Cgroup group = core.groups()
                .of(container.id())
                .orElseThrow(() -> cannot(
                        container,
                        "it has no control group that could be frozen; 'berth doctor' shows how to have one"));
        try {
            group.freeze(true);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!group.isFrozen()) {
                if (System.nanoTime() > deadline) {
                    group.freeze(false);
                    throw cannot(container, "something in it cannot be stopped just now");
                }
                container.wait(GLANCE_MILLIS);
                if (container.state() == ContainerState.PAUSED) {
                    return false;
                }
                if (!container.state().canExec()) {
                    group.freeze(false); // somebody stops it, or it has ended
                    throw Lifecycle.conflict(container, "pause");
                }
            }
            return true;
        } catch (CgroupException e) {
            throw cannot(container, e.getMessage());
        } catch (IOException e) {
            throw cannot(container, "it has just ended");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            group.freeze(false);
            throw cannot(container, "the service is ending");
        }
    }

    private static ContainerException cannot(Container container, String why) {
        return new ContainerException.Conflict(
                "cannot-pause", "cannot pause container " + container.name() + ": " + why);
    }

    /** Lets it go on. One that runs is left alone. */
    void unpause(Container container) {
        synchronized (container) {
            if (container.state() == ContainerState.RUNNING) {
                return;
            }
            if (container.state() != ContainerState.PAUSED) {
                throw Lifecycle.conflict(container, "unpause");
            }
            core.groups().of(container.id()).ifPresent(group -> group.freeze(false));
            container.state(ContainerState.RUNNING);
            publish(container, "container.unpaused");
        }
        core.directory().tell(container);
    }

    private void publish(Container container, String type) {
        core.events().publish(type, container.id(), container.name(), Map.of());
    }

    /** A service that has just started finds it as it was left. */
    void recover(Container container) {
        try {
            Cgroup group = core.groups().of(container.id()).orElse(null);
            if (group != null && group.isFrozen() && container.state().canExec()) {
                container.state(ContainerState.PAUSED);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "container {0} has just ended", container.name());
        }
    }
}
