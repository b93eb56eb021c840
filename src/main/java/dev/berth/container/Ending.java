package dev.berth.container;

import dev.berth.network.NetworkException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Follows running containers to their end, and removes those that are to be removed then. */
final class Ending {
    private static final System.Logger LOG = System.getLogger(Ending.class.getName());
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(15);

    private final Machine machine;
    private final ContainerTree tree;
    private final ContainerRecords records;
    private final Events events;
    private final Removal removal;
    private final Executor background;

    Ending(Containers.Parts parts, Removal removal, Executor background) {
        this.machine = parts.machine();
        this.tree = parts.machine().tree();
        this.records = parts.records();
        this.events = parts.events();
        this.removal = removal;
        this.background = background;
    }

    /** What follows a start: the forwards, before which nobody is told that it runs; then it is watched. */
    void startedThenForward(Container container, Forwards forwards) {
        try (Container.Held held = container.hold()) {
            if (container.processes().isEmpty() || container.state() != ContainerState.RUNNING) {
                return;
            }
            events.publish("container.started", container, Map.of());
            watch(container);
            if (!container.record().forwards().isEmpty()) {
                forwards.apply(container);
            }
        } catch (NetworkException.HelperSilent ended) {
            // The program may be over already, and its network with it.
            if (isRunning(container)) {
                throw refused(container, ended);
            }
        } catch (NetworkException failure) {
            throw refused(container, failure);
        }
    }

    private boolean isRunning(Container container) {
        return container
                .processes()
                .filter(p -> p.init().isRunning(machine.proc()))
                .isPresent();
    }

    private ContainerException refused(Container container, NetworkException failure) {
        container.processes().ifPresent(processes -> Watching.end(machine, processes.init()));
        try {
            container.awaitEnd(KILL_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Sentences.of(failure);
    }

    /** Under the lock. */
    void watch(Container container) {
        Container.Processes processes = container.processes().orElseThrow();
        int run = container.record().runs();
        new Watching(
                        machine,
                        container,
                        processes.monitor(),
                        Optional.of(processes.init()),
                        (code, when, reason) -> ended(container, run, code, when, reason))
                .begin();
    }

    private void ended(Container container, int run, int code, Instant when, String reason) {
        try (Container.Held held = container.hold()) {
            ContainerRecord record = container.record();
            if (record.runs() != run || !record.state().isAlive() || container.isRemoved()) {
                return;
            }
            Optional<Container.Processes> last = container.processes();
            ContainerRecord exited = record.exited(code, when, reason);
            records.write(exited);
            container.become(exited, null);
            events.publish("container.exited", container, Map.of("exitCode", Integer.toString(code)));
            last.ifPresent(processes -> background.execute(() -> tidy(container, run, processes)));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "cannot record the end of " + container.name(), e);
        }
    }

    /** Once the monitor is gone nobody uses its sockets; and a container that was made to be removed goes. */
    private void tidy(Container container, int run, Container.Processes processes) {
        Watching.awaitEnd(machine, processes.monitor(), KILL_PATIENCE);
        try (Container.Held held = container.hold()) {
            if (container.record().runs() == run && !container.isAlive()) {
                Directories.delete(tree.socketsOf(container.id()));
            }
        }
        if (container.record().config().autoRemove()) {
            removeAtEnd(container);
        }
    }

    /** One that is to be removed at its end has no other end than this. */
    void startFailed(Container container) {
        if (container.record().config().autoRemove()) {
            background.execute(() -> removeAtEnd(container));
        }
    }

    void removeAtEnd(Container container) {
        try {
            removal.remove(container, false, true);
        } catch (ContainerException.NotFound | ContainerException.Conflict taken) {
            LOG.log(System.Logger.Level.DEBUG, "somebody else deals with {0}", container.name());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove " + container.name() + " at its end", e);
        }
    }
}
