package dev.berth.container;

import dev.berth.launcher.ExitRecord;
import dev.berth.launcher.MonitorRecord;
import dev.berth.launcher.ProcessIdentity;
import dev.berth.store.Trash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds at the start what a service before this one left: containers that ran on, some that ended meanwhile, halves of what it was
 * at when it was killed.
 */
final class Recovery {
    /** A monitor whose service dies before its program runs ends by itself. */
    private static final Duration UNDO_PATIENCE = Duration.ofSeconds(5);

    private static final int KILLED = 137;
    private static final int OWN_ERROR = 125;

    private final Machine machine;
    private final ContainerTree tree;
    private final Shelf shelf;
    private final ContainerRecords records;
    private final Trash trash;
    private final Ending ending;
    private final Forwards forwards;
    private final List<String> findings = new ArrayList<>();

    Recovery(Containers.Parts parts, Ending ending, Forwards forwards) {
        this.machine = parts.machine();
        this.tree = parts.machine().tree();
        this.shelf = parts.shelf();
        this.records = parts.records();
        this.trash = parts.machine().data().trash();
        this.ending = ending;
        this.forwards = forwards;
    }

    /** @return what was found and put right, a sentence each */
    List<String> run() {
        for (Path directory : ContainerTree.children(tree.containers())) {
            String name = directory.getFileName().toString();
            if (ContainerId.isId(name)) {
                try {
                    take(new ContainerId(name));
                } catch (RuntimeException e) {
                    findings.add(e.getMessage());
                }
            }
        }
        sweepSockets();
        return List.copyOf(findings);
    }

    private void take(ContainerId id) {
        Optional<ContainerRecord> found = records.read(id);
        if (found.isEmpty()) {
            trash.discard(tree.container(id));
            findings.add("removed container " + id.brief() + ", whose creation was interrupted");
            return;
        }
        ContainerRecord record = named(found.get());
        Container container = new Container(tree, record);
        shelf.put(container);
        if (record.state().isAlive()) {
            reconcile(container);
        }
        if (container.state() == ContainerState.EXITED && record.config().autoRemove()) {
            ending.startFailed(container);
        }
    }

    private ContainerRecord named(ContainerRecord record) {
        try {
            shelf.reserve(record.name(), record.id());
            return record;
        } catch (ContainerException.Conflict taken) {
            ContainerName other = ContainerName.random(new SecureRandom(), 1000);
            shelf.reserve(other, record.id());
            ContainerRecord renamed = record.named(other);
            records.write(renamed);
            findings.add("two containers had the name " + record.name() + ": one is called " + other + " now");
            return renamed;
        }
    }

    private void reconcile(Container container) {
        Optional<MonitorRecord> monitor = MonitorRecord.read(tree.container(container.id()))
                .filter(found -> found.isRunning(machine.proc(), machine.boot()));
        if (monitor.isPresent() && awaitProcess(container, monitor.get())) {
            monitor = MonitorRecord.read(tree.container(container.id()));
            runsOn(container, monitor.orElseThrow());
        } else {
            ended(container);
        }
    }

    /** Whether the program runs; a start that was interrupted undoes itself. */
    private boolean awaitProcess(Container container, MonitorRecord monitor) {
        if (monitor.process().isPresent()) {
            return true;
        }
        if (!Watching.awaitEnd(machine, monitor.monitor(), UNDO_PATIENCE)) {
            return MonitorRecord.read(tree.container(container.id()))
                    .flatMap(MonitorRecord::process)
                    .isPresent();
        }
        return false;
    }

    private void runsOn(Container container, MonitorRecord monitor) {
        try (Container.Held held = container.hold()) {
            ContainerRecord record = container.record();
            Instant since = record.started() == null ? written(MonitorRecord.FILE, record) : record.started();
            ProcessIdentity process = monitor.process().orElseThrow();
            container.become(
                    record.running(since), new Container.Processes(monitor.monitor(), monitor.init(), process));
            records.write(container.record());
            ending.watch(container);
        }
        forwards.reconcile(container);
    }

    private void ended(Container container) {
        ContainerRecord record = container.record();
        Optional<MonitorRecord> monitor = MonitorRecord.read(tree.container(record.id()));
        Optional<ExitRecord> exit = ExitRecord.read(tree.container(record.id()))
                .filter(found -> record.state() != ContainerState.STARTING
                        || !found.time().isBefore(written("container.json", record)));
        ContainerRecord ended;
        if (exit.isPresent()) {
            ended = record.exited(
                    exit.get().code(), exit.get().time(), exit.get().reason());
        } else if (record.state() == ContainerState.STARTING) {
            ended = record.notStarted(OWN_ERROR, Instant.now(), "the service ended while it was starting");
        } else {
            boolean sameBoot =
                    monitor.filter(m -> m.boot().equals(machine.boot())).isPresent();
            if (sameBoot) {
                Watching.end(machine, monitor.orElseThrow().init());
            }
            ended = record.exited(
                    KILLED,
                    Instant.now(),
                    sameBoot ? "its monitor was killed" : "the machine was restarted while it ran");
        }
        container.become(ended, null);
        records.write(ended);
        findings.add("container " + record.name() + " ended while no service ran");
    }

    private Instant written(String file, ContainerRecord record) {
        try {
            return Files.getLastModifiedTime(tree.container(record.id()).resolve(file))
                    .toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void sweepSockets() {
        Set<Path> used = new HashSet<>();
        shelf.all().stream().filter(Container::isAlive).forEach(container -> used.add(tree.socketsOf(container.id())));
        for (Path directory : ContainerTree.children(tree.runtimes())) {
            if (!used.contains(directory)) {
                Directories.delete(directory);
            }
        }
    }
}
