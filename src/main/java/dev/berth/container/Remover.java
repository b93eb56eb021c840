package dev.berth.container;

import dev.berth.store.StoreException;
import java.util.List;
import java.util.Map;

/** Removes containers, with what only they have. */
final class Remover {
    private static final System.Logger LOG = System.getLogger(Remover.class.getName());

    private final Core core;
    private final Volumes volumes;
    private final ExecSessions sessions;
    private final Roots roots;

    Remover(Core core, Volumes volumes, ExecSessions sessions, Roots roots) {
        this.core = core;
        this.volumes = volumes;
        this.sessions = sessions;
        this.roots = roots;
    }

    /**
     * One that runs is left alone; of one that somebody else is removing, that is awaited. A service that is killed in between has removed
     * nothing, or the next one completes it.
     *
     * @param anonymousVolumes those that only this container has, and that nobody named, as well
     */
    void remove(Container container, boolean anonymousVolumes) {
        List<String> own = anonymousVolumes ? volumes.anonymous(container) : List.of();
        synchronized (container) {
            if (!awaitOthers(container)
                    || container.isGone()
                    || !container.state().canRemove()) {
                return;
            }
            if (!own.isEmpty()) {
                core.directory().keepAnyhow(container, ContainerRecord::asRemoving);
            }
            container.removed(true);
        }
        try {
            takeAway(container, own);
        } catch (RuntimeException e) {
            container.removed(false); // the next attempt may do it
            throw e;
        }
        RuntimeFiles.delete(core.paths().runtime(container.id()));
        core.directory().remove(container);
        core.events().publish("container.removed", container.id(), container.name(), Map.of());
        collect();
    }

    /** Images that nothing holds any more. */
    private void collect() {
        try {
            core.engine()
                    .images()
                    .collect()
                    .deleted()
                    .forEach(image -> core.events().publish("image.deleted", image, null, Map.of()));
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove images that nothing needs: {0}", e.getMessage());
        }
    }

    /** @return false when this thread was asked to end first */
    private static boolean awaitOthers(Container container) {
        try {
            while (container.isRemoved() && !container.isGone()) {
                container.wait();
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void takeAway(Container container, List<String> volumesOfIt) {
        sessions.removeOf(container);
        core.groups().remove(container.id());
        volumesOfIt.forEach(volume -> volumes.removeWith(container, volume));
        // One rename takes record, log and writable layer away: a crash leaves the whole container or nothing of it.
        roots.discard(
                container.id(),
                () -> core.engine().data().trash().discard(core.paths().container(container.id())));
    }
}
