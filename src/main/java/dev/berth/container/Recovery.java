package dev.berth.container;

import dev.berth.launcher.ExitRecord;
import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.MonitorRecord;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What became of containers while no service was there: the one before may have been killed between any two steps of a use case. What
 * it had begun and nobody was told of is undone; what was promised, or asked to be gone, is completed. Doing this twice changes nothing.
 */
final class Recovery {
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());
    private static final Duration ENDING = Duration.ofMillis(500);
    private static final String HALF_STARTED = "the service ended while it was starting this";
    private static final String MACHINE_STOPPED = "the machine was stopped while it ran";

    private final Core core;
    private final Runs runs;
    private final Ports ports;
    private final Remover remover;
    private final Pausing pausing;

    Recovery(Core core, Runs runs, Ports ports, Remover remover, Pausing pausing) {
        this.pausing = pausing;
        this.core = core;
        this.runs = runs;
        this.ports = ports;
        this.remover = remover;
    }

    /** One whose files cannot be understood is told, and hinders no other. */
    void recover(Container container) {
        try {
            complete(container);
            if (!container.state().isAlive()) {
                core.groups().remove(container.id());
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot tell what became of container " + container.name(), e);
            if (!container.state().isAlive()) {
                container.damaged("cannot tell what became of it: " + e.getMessage());
            }
        }
    }

    private void complete(Container container) {
        Path place = core.paths().container(container.id());
        Optional<MonitorRecord> monitor = settled(place);
        if (monitor.isPresent() && runs.isRunning(monitor.get())) {
            resume(container, monitor.get());
        } else if (container.record().removing()) {
            remover.remove(container, true);
        } else if (container.record().wanted()) {
            conclude(container, monitor, ExitRecord.read(place));
        } else if (container.record().finished() != null
                && container.record().config().autoRemove()) {
            remover.remove(container, true);
        }
    }

    /** The record of a monitor that is not in the middle of a launch: one whose program does not run yet is about to undo it. */
    private Optional<MonitorRecord> settled(Path place) {
        Optional<MonitorRecord> record = MonitorRecord.read(place);
        long deadline = System.nanoTime() + Runs.UNDO_PATIENCE.toNanos();
        while (record.filter(it -> it.process().isEmpty() && runs.isRunning(it)).isPresent()) {
            if (System.nanoTime() > deadline) {
                runs.end(record.get());
            }
            runs.awaitEnd(record.get(), Duration.ofMillis(20));
            record = MonitorRecord.read(place);
        }
        return record;
    }

    private void resume(Container container, MonitorRecord record) {
        Optional<Runs.Run> run = runs.resume(container, record);
        // Its socket is gone: it is just ending, or somebody has deleted the runtime directory.
        if (run.isEmpty() && !runs.awaitEnd(record, ENDING) && runs.listenAgain(container, record)) {
            run = runs.resume(container, record);
        }
        if (run.isEmpty()) {
            unreachable(container, record);
            return;
        }
        try {
            if (container.record().begun() != null || container.record().started() == null) {
                Instant since = written(MonitorRecord.FILE, container);
                core.directory().keepAnyhow(container, it -> it.started(since));
            }
            pausing.recover(container);
            ports.reconcile(container);
        } finally {
            run.get().settled();
        }
    }

    /** The monitor writes its record anew when the program runs. */
    private Instant written(String file, Container container) {
        try {
            return Files.getLastModifiedTime(
                            core.paths().container(container.id()).resolve(file))
                    .toInstant();
        } catch (IOException e) {
            return core.engine().clock().instant(); // it has just ended, which says that it had begun
        }
    }

    /** It has just ended; or its monitor is one that cannot be asked for a new socket, which leaves the container out of reach. */
    private void unreachable(Container container, MonitorRecord record) {
        boolean ended = runs.awaitEnd(record, ENDING);
        if (!ended) {
            runs.end(record);
        }
        Path place = core.paths().container(container.id());
        conclude(
                container,
                Optional.of(record),
                ended
                        ? ExitRecord.read(place)
                        : Optional.of(runs.killed("its runtime directory was deleted while it ran: it was out of reach"
                                + " and has been ended")));
    }

    private void conclude(Container container, Optional<MonitorRecord> monitor, Optional<ExitRecord> exit) {
        Instant begun = container.record().begun();
        // An exit file older than the start that was under way is of the run before.
        Optional<ExitRecord> current =
                exit.filter(it -> begun == null || it.time().isAfter(begun));
        if (current.isPresent()) {
            runs.finish(container, current.get());
        } else if (monitor.filter(it -> it.process().isPresent()).isPresent()) {
            runs.finish(
                    container,
                    runs.killed(runs.isOfThisBoot(monitor.get()) ? "its monitor was killed" : MACHINE_STOPPED));
        } else if (begun != null || container.record().started() == null) {
            core.directory().save(container, record -> record.notStarted(HALF_STARTED));
            if (container.record().config().autoRemove()) {
                remover.remove(container, true);
            }
        } else {
            runs.finish(container, runs.killed(MACHINE_STOPPED));
        }
    }

    /** While this service runs: those whose sockets somebody has deleted can be attached to again. */
    void reach() {
        for (Container container : core.directory().all()) {
            Path socket = core.paths().runtime(container.id()).resolve(MonitorClient.SOCKET);
            if (container.monitor() != null && !Files.exists(socket)) {
                MonitorRecord.read(core.paths().container(container.id()))
                        .ifPresent(record -> runs.listenAgain(container, record));
            }
        }
    }

    /** What was left half made, and the sockets of containers that do not run. */
    void sweep() {
        ContainerRecords records = new ContainerRecords(core.paths());
        records.halves().forEach(core.engine().data().trash()::discard);
        records.drafts().forEach(core.engine().data().trash()::discard);
        new VolumeRecords(core.paths()).leftovers().forEach(core.engine().data().trash()::discard);
        Set<Path> used = core.directory().all().stream()
                .filter(container -> !container.state().canStart())
                .map(container -> core.paths().runtime(container.id()))
                .collect(Collectors.toSet());
        try (DirectoryStream<Path> directories =
                Files.newDirectoryStream(core.paths().runtimes())) {
            for (Path one : directories) {
                if (!used.contains(one)) {
                    RuntimeFiles.delete(one);
                }
            }
        } catch (NoSuchFileException none) {
            return;
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot list " + core.paths().runtimes() + ": " + e.getMessage(), e);
        }
    }
}
