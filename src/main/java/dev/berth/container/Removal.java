package dev.berth.container;

import dev.berth.image.Images;
import dev.berth.launcher.MonitorRecord;
import java.time.Duration;
import java.util.Map;

/** Removes containers, with all that belonged to them. */
final class Removal {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Machine machine;
    private final ContainerTree tree;
    private final Shelf shelf;
    private final Volumes volumes;
    private final Events events;
    private final Images images;
    private final Sessions sessions;

    Removal(Containers.Parts parts, Images images, Sessions sessions) {
        this.machine = parts.machine();
        this.tree = parts.machine().tree();
        this.shelf = parts.shelf();
        this.volumes = parts.volumes();
        this.events = parts.events();
        this.images = images;
        this.sessions = sessions;
    }

    /**
     * Returns when nothing of it is left but bytes on the disk that are deleted in the background.
     *
     * @param force kills it first
     * @param withVolumes its volumes without a name go too
     */
    void remove(Container container, boolean force, boolean withVolumes) throws InterruptedException {
        try (Container.Held held = container.hold()) {
            if (container.isRemoved()) {
                throw new ContainerException.NotFound("no container has the name or id \"" + container.name() + "\"");
            }
            if (container.isRemoving()) {
                throw new ContainerException.Conflict("wrong-state", container.name() + " is being removed already");
            }
            if (!force && !container.state().canRemove()) {
                throw new ContainerException.Conflict(
                        "wrong-state",
                        "cannot remove " + container.name() + ": it is "
                                + container.state().word() + "; stop it first, or use force");
            }
            container.setRemoving(true);
        }
        try {
            end(container);
            forget(container, withVolumes);
        } finally {
            try (Container.Held held = container.hold()) {
                container.setRemoving(false);
            }
        }
        images.collect();
    }

    private void end(Container container) throws InterruptedException {
        container.processes().ifPresent(processes -> Watching.end(machine, processes.init()));
        boolean ended = container.awaitEnd(PATIENCE);
        boolean gone = MonitorRecord.read(tree.container(container.id()))
                .filter(record -> record.isRunning(machine.proc(), machine.boot()))
                .map(record -> Watching.awaitEnd(machine, record.monitor(), PATIENCE))
                .orElse(true);
        if (!ended || !gone) {
            throw new ContainerException.Failed(
                    "cannot remove " + container.name() + ": its processes do not end (a process that waits for a disk"
                            + " or a network file system cannot be killed); try again later",
                    null);
        }
    }

    private void forget(Container container, boolean withVolumes) {
        try (Container.Held held = container.hold()) {
            sessions.forget(container.id());
            Directories.delete(tree.socketsOf(container.id()));
            machine.data().trash().discard(tree.container(container.id()));
            if (withVolumes) {
                container.record().ownVolumes().forEach(volumes::remove);
            }
            shelf.remove(container);
            container.setRemoved();
            events.publish("container.removed", container, Map.of());
        }
    }
}
