package dev.berth.container;

import dev.berth.image.ImageException;
import dev.berth.image.ImageUse;
import dev.berth.launcher.BadLaunch;
import dev.berth.launcher.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * The use cases of containers: every edge calls these and nothing below. A container is named by its id, a beginning of it, or its name.
 * Safe for many threads; calls block until what they promise is so.
 */
public final class Containers implements Attachments {
    private static final Duration FOREVER = Duration.ofDays(365);

    private final Engine engine;
    private final ContainerPaths paths;
    private final Directory directory;
    private final Events events;
    private final Volumes volumes;
    private final Ports ports;
    private final ExecSessions sessions;
    private final Remover remover;
    private final Runs runs;
    private final Lifecycle lifecycle;
    private final Recovery recovery;
    private final Pausing pausing;
    private final ContainerLogs logs;
    private final Creation creation;
    private final FileAccess files;
    private final ControlGroups groups;

    public Containers(Engine engine, Events events) {
        this.engine = engine;
        this.events = events;
        this.paths = new ContainerPaths(engine.data().root(), engine.runtimeDir());
        this.directory = new Directory(new ContainerRecords(paths));
        this.volumes = new Volumes(paths, engine.data().trash(), events, this::usersOf);
        Roots roots = new Roots(engine, paths, volumes);
        this.files = new FileAccess(engine.calls(), directory, roots);
        this.ports = new Ports(engine.forwarder(), paths, directory, events);
        this.groups = new ControlGroups(engine.cgroups(), paths);
        this.sessions = new ExecSessions(engine, paths, events, groups);
        Core core = new Core(engine, paths, directory, events, groups);
        this.remover = new Remover(core, volumes, sessions, roots);
        this.runs = new Runs(core, ports, container -> remover.remove(container, true));
        this.pausing = new Pausing(core);
        this.lifecycle = new Lifecycle(core, new Starter(engine, paths, roots, groups), runs, ports);
        this.recovery = new Recovery(core, runs, ports, remover, pausing);
        this.logs = new ContainerLogs(paths);
        this.creation = new Creation(engine, directory, volumes, events);
    }

    /** Reads what is on the disk and finds what ran on. To be called once, before anything else. */
    public void recover() {
        new ContainerRecords(paths).all().forEach(record -> directory.adopt(new Container(record, record.atRest())));
        directory.all().forEach(recovery::recover);
        List<String> known = directory.all().stream().map(Container::id).toList();
        sessions.recover(known::contains, runs::end);
        recovery.sweep();
    }

    /** Somebody has deleted the runtime directory: what runs can be reached again. */
    public void reach() {
        recovery.reach();
    }

    /** Which images containers hold, stopped ones too. */
    public static List<ImageUse> uses(Path dataDir) {
        return new ContainerRecords(new ContainerPaths(dataDir, dataDir)).uses();
    }

    public Events events() {
        return events;
    }

    /** How much of the disk everything takes. */
    public DiskUse diskUse() {
        return DiskUse.measure(paths, engine.images().list(), list(true), volumes.list());
    }

    /** Measures what they use; the caller closes it. */
    public UsageMeter meter() {
        return new UsageMeter(Path.of("/proc"), this::inits, groups::of, this::tellOfStarved);
    }

    /** Something in it was killed, and it goes on: nobody would know why a part of it is gone. */
    private void tellOfStarved(String id) {
        if (groups.ranOutOfMemoryAgain(id)) {
            directory.all().stream()
                    .filter(it -> it.id().equals(id))
                    .forEach(it -> events.publish("container.oom", id, it.name(), Map.of()));
        }
    }

    private Map<String, Integer> inits() {
        Map<String, Integer> inits = new java.util.HashMap<>();
        for (Container container : directory.all()) {
            var init = container.init();
            if (init != null) {
                inits.put(container.id(), init.pid());
            }
        }
        return inits;
    }

    /** Fields of a request that this version or this machine refuses, with the sentence that says so. */
    public Map<String, String> refusedFields() {
        return NotYet.fields(engine.cgroups());
    }

    /** Files in containers, read and written from outside. */
    public FileAccess files() {
        return files;
    }

    /** Its processes, oldest first. */
    public List<ProcessView> processes(String reference) {
        return new ProcessTable(Path.of("/proc"))
                .of(running(reference, "look into").init().pid());
    }

    /** @return the id of a container that runs; anything else is refused */
    public String measurable(String reference) {
        return running(reference, "measure").id();
    }

    private Container running(String reference, String verb) {
        Container container = directory.find(reference);
        if (container.init() == null) {
            throw new ContainerException.Conflict(
                    "not-running",
                    "cannot " + verb + " container " + container.name() + ": it is "
                            + container.state().word() + "; "
                            + container.state().wayToRun());
        }
        return container;
    }

    public Volumes volumes() {
        return volumes;
    }

    /** Newest first. @param all stopped ones too */
    public List<ContainerView> list(boolean all) {
        return directory.all().stream()
                .map(Container::view)
                .filter(view -> all || view.state().isAlive())
                .sorted(Comparator.comparing(ContainerView::created).reversed())
                .toList();
    }

    public ContainerView inspect(String reference) {
        return directory.find(reference).view();
    }

    /** Told each change of a container: its view, and whether it is gone. Listeners must be quick. */
    public AutoCloseable listen(java.util.function.BiConsumer<ContainerView, Boolean> listener) {
        return directory.listen(change -> listener.accept(change.view(), change.removed()));
    }

    /** @throws ImageException.NotFound when the image is not here and may not be fetched */
    public ContainerView create(CreateRequest request) {
        return creation.create(request).view();
    }

    public ContainerView start(String reference) {
        Container container = directory.find(reference);
        lifecycle.start(container);
        return container.view();
    }

    /** @param timeout seconds; null = the container's own */
    public ContainerView stop(String reference, Integer timeout) {
        Container container = directory.find(reference);
        lifecycle.stop(container, timeout);
        return container.view();
    }

    public ContainerView restart(String reference, Integer timeout) {
        Container container = directory.find(reference);
        lifecycle.restart(container, timeout);
        return container.view();
    }

    public ContainerView kill(String reference, String signal) {
        Container container = directory.find(reference);
        try {
            lifecycle.kill(container, signal == null ? Signal.KILL : Signal.parse(signal));
        } catch (BadLaunch e) {
            throw new ContainerException.Invalid(e.field(), e.getMessage());
        }
        return container.view();
    }

    /** Changes its limits, at once when it runs. What cannot be changes nothing. */
    public ContainerView update(String reference, UpdateRequest request) {
        Container container = directory.find(reference);
        if (request.resources() != null) {
            synchronized (container) {
                Resources resources =
                        request.resources().of(container.record().config().resources());
                resources.checkProcessors();
                resources.check(engine.cgroups());
                if (container.state().isAlive()) {
                    groups.change(container, resources);
                }
                directory.keep(container, record -> record.with(record.config().withResources(resources)));
            }
            directory.tell(container);
            events.publish("container.updated", container.id(), container.name(), Map.of());
        }
        return container.view();
    }

    public ContainerView pause(String reference) {
        Container container = directory.find(reference);
        pausing.pause(container);
        return container.view();
    }

    public ContainerView unpause(String reference) {
        Container container = directory.find(reference);
        pausing.unpause(container);
        return container.view();
    }

    public ContainerView rename(String reference, String name) {
        Container container = directory.find(reference);
        directory.rename(container, new ContainerName(name));
        events.publish("container.renamed", container.id(), name, Map.of());
        return container.view();
    }

    /** Waits until it does not run, or until nothing of it is left. @return its exit code; 0 for one that never ran */
    public int await(String reference, boolean removed) {
        Container container = directory.find(reference);
        long ends = container.ends();
        Lifecycle.awaitEnd(container, ends, FOREVER);
        synchronized (container) {
            try {
                while (removed && !container.isGone()) {
                    container.wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return container.exitCode(ends);
    }

    /**
     * @param force ends it first when it runs
     * @param anonymousVolumes those that only this container has, and that nobody named
     */
    public void remove(String reference, boolean force, boolean anonymousVolumes) {
        Container container = directory.find(reference);
        if (!container.state().canRemove()) {
            if (!force) {
                throw new ContainerException.Conflict(
                        "running",
                        "cannot remove container " + container.name() + ": it is "
                                + container.state().word() + "; stop it first, or use force");
            }
            lifecycle.end(container);
        }
        remover.remove(container, anonymousVolumes);
    }

    private List<String> usersOf(String volume) {
        return directory.all().stream()
                .filter(it -> it.record().config().mounts().stream()
                        .anyMatch(mount -> mount.type().equals("volume") && volume.equals(mount.source())))
                .map(Container::id)
                .toList();
    }

    public ContainerView.PortView addPort(String reference, PortRequest port) {
        return ports.add(directory.find(reference), port);
    }

    public void removePort(String reference, String protocol, int hostPort, String hostAddress) {
        ports.remove(directory.find(reference), protocol, hostPort, hostAddress);
    }

    /** Every forward, and every port of the machine that somebody listens on. */
    public PortsView portsOfMachine() {
        return PortsView.of(directory.all().stream().map(Container::view).toList(), engine.portHolders());
    }

    /** Lines of a log; blocks while it follows. @param forever over the container's ends, until it is removed */
    public void logLines(String reference, LogQuery query, boolean forever, LogSink sink) throws InterruptedException {
        logs.lines(directory.find(reference), query, forever, sink);
    }

    /** The bytes of a log; blocks while it follows. @param gap told how many are missing at this point */
    public void logBytes(String reference, LogQuery query, Consumer<byte[]> sink, LongConsumer gap, Runnable pause)
            throws InterruptedException {
        logs.bytes(directory.find(reference), query, sink, gap, pause);
    }

    public ExecView exec(String reference, ExecRequest request) {
        return sessions.start(directory.find(reference), request).view();
    }

    /** Runs a program to its end; the outcome is to be closed. */
    public ExecOutcome execAndWait(String reference, ExecRequest request) {
        if (request.openStdin()) {
            throw new ContainerException.Invalid(
                    "openStdin", "cannot wait for a program that reads input: nobody could give it any; attach to it");
        }
        if (request.detach()) {
            throw new ContainerException.Invalid(
                    "detach", "cannot wait for a program that is left to itself: leave out wait or detach");
        }
        if (request.tty()) {
            throw new ContainerException.Invalid(
                    "tty", "cannot wait for a program with a terminal: attach to it instead");
        }
        return sessions.run(directory.find(reference), request);
    }

    public ExecView session(String id) {
        return sessions.find(id).view();
    }

    public void resizeSession(String id, int columns, int rows) {
        sessions.resize(sessions.find(id), new dev.berth.linux.TerminalSize(columns, rows));
    }

    @Override
    public Attachment container(String reference, Start start, Viewer viewer) {
        Container container = directory.find(reference);
        return Attachment.begin(
                engine.calls(),
                new ContainerTarget(container, paths, container.ends(), past(container, viewer)),
                start,
                viewer);
    }

    private static Instant past(Container container, Viewer viewer) {
        boolean ended = container.state() == ContainerState.EXITED;
        return ended && viewer.isForNextRun() ? container.record().started() : null;
    }

    @Override
    public Attachment session(String id, Start start, Viewer viewer) {
        return Attachment.begin(engine.calls(), sessions.find(id), start, viewer);
    }
}
