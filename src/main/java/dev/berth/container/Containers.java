package dev.berth.container;

import dev.berth.image.ImageUse;
import dev.berth.image.Images;
import dev.berth.launcher.LogReader;
import dev.berth.launcher.Signal;
import dev.berth.network.Slirp4netns;
import dev.berth.oci.Digest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The use cases of containers, for REST, terminal and pages alike. For several threads at once; those that wait for a program block.
 * A container is named by id, by name or by the beginning of an id.
 */
public final class Containers implements AutoCloseable {
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int OUTPUT_LIMIT = 16 << 20;
    private static final long HOUSEKEEPING_SECONDS = 5;

    private final Parts parts;
    private final Creation creation;
    private final Starting starting;
    private final Removal removal;
    private final Sessions sessions;
    private final Forwards forwards;
    private final Recovery recovery;
    private final ScheduledExecutorService background;

    /** What the use cases share. */
    record Parts(Machine machine, Shelf shelf, ContainerRecords records, Volumes volumes, Events events) {}

    /**
     * @param images made with what tells it which images are in use: {@link #uses}
     * @param fetch gets an image that is not here
     */
    public Containers(
            Machine machine,
            Events events,
            Function<java.util.function.Supplier<List<ImageUse>>, Images> images,
            Fetch fetch) {
        ContainerTree tree = machine.tree();
        this.parts = new Parts(
                machine,
                new Shelf(),
                new ContainerRecords(tree),
                new Volumes(tree, machine.data().trash(), machine.seed()),
                events);
        this.background = Executors.newScheduledThreadPool(1, work -> {
            Thread thread = new Thread(work, "housekeeping");
            thread.setDaemon(true);
            return thread;
        });
        Images known = images.apply(this::uses);
        this.sessions = new Sessions(parts);
        this.forwards = new Forwards(parts);
        this.removal = new Removal(parts, known, sessions);
        Ending ending = new Ending(parts, removal, background);
        this.creation = new Creation(parts, known, fetch);
        this.starting = new Starting(parts, forwards, ending, known);
        this.recovery = new Recovery(parts, ending, forwards);
    }

    /** Gets an image from its registry into the store. */
    @FunctionalInterface
    public interface Fetch {
        void pull(String reference) throws InterruptedException;
    }

    /** Finds what a service before this one left. To be called once, before any use case. @return what was put right */
    public List<String> recover() {
        List<String> findings = recovery.run();
        sessions.recover();
        background.scheduleWithFixedDelay(
                sessions::discardUnread, HOUSEKEEPING_SECONDS, HOUSEKEEPING_SECONDS, TimeUnit.SECONDS);
        return findings;
    }

    /** Which images are held, by containers and by those that are being made. */
    private List<ImageUse> uses() {
        List<ImageUse> uses = new ArrayList<>(creation == null ? List.of() : creation.pending());
        parts.shelf()
                .all()
                .forEach(container -> uses.add(new ImageUse(
                        container.id().value(), Digest.parse(container.record().manifest()))));
        return uses;
    }

    public ContainerView create(CreateRequest request) throws InterruptedException {
        return view(creation.create(request));
    }

    public ContainerView inspect(String name) {
        return view(find(name));
    }

    /**
     * Newest first.
     *
     * @param labels each {@code name} or {@code name=value}; all of them must be there
     */
    public List<ContainerView> list(boolean all, Collection<String> labels, Optional<ContainerState> state) {
        return parts.shelf().all().stream()
                .filter(container ->
                        state.map(wanted -> container.state() == wanted).orElse(all || container.isAlive()))
                .filter(container -> labels.stream().allMatch(label -> hasLabel(container, label)))
                .sorted(Comparator.comparing(
                                (Container container) -> container.record().created())
                        .reversed())
                .map(this::view)
                .toList();
    }

    private static boolean hasLabel(Container container, String label) {
        int equals = label.indexOf('=');
        Map<String, String> labels = container.record().config().labels();
        return equals < 0
                ? labels.containsKey(label)
                : label.substring(equals + 1).equals(labels.get(label.substring(0, equals)));
    }

    public ContainerView start(String name) throws InterruptedException {
        Container container = find(name);
        starting.start(container);
        return view(container);
    }

    /** @param timeout seconds until SIGKILL; empty for the container's own */
    public ContainerView stop(String name, Optional<Integer> timeout) throws InterruptedException {
        Container container = find(name);
        stop(container, timeout);
        return view(container);
    }

    private void stop(Container container, Optional<Integer> timeout) throws InterruptedException {
        timeout.ifPresent(seconds -> Checks.range("timeout", seconds, 0, CreateRequest.MAX_STOP_TIMEOUT));
        Optional<Container.Processes> running;
        try (Container.Held held = container.hold()) {
            running = container.processes();
            if (running.isEmpty()) {
                return;
            }
            if (container.state() != ContainerState.STOPPING) {
                container.become(container.record().stopping());
            }
        }
        Signal signal = Signal.parse(container.record().stopSignal());
        Watching.signal(parts.machine(), running.get().process(), signal.number());
        int seconds = timeout.orElse(container.record().config().stopTimeout());
        if (!container.awaitEnd(Duration.ofSeconds(seconds))) {
            kill(container, running.get());
        }
    }

    private void kill(Container container, Container.Processes running) throws InterruptedException {
        Watching.signal(parts.machine(), running.init(), Signal.KILL.number());
        if (!container.awaitEnd(KILL_PATIENCE)) {
            throw new ContainerException.Failed(
                    "cannot kill " + container.name() + ": its processes do not end (one that waits for a disk or a"
                            + " network file system cannot be killed)",
                    null);
        }
    }

    public ContainerView restart(String name, Optional<Integer> timeout) throws InterruptedException {
        Container container = find(name);
        stop(container, timeout);
        starting.start(container);
        return view(container);
    }

    /** @param signal a name or a number; SIGKILL returns when the container has ended */
    public ContainerView kill(String name, String signal) throws InterruptedException {
        Container container = find(name);
        Signal parsed = Sentences.checked(() -> Signal.parse(signal));
        Optional<Container.Processes> running = container.processes();
        if (running.isEmpty() || !container.state().canSignal()) {
            throw new ContainerException.Conflict(
                    "wrong-state",
                    "cannot send " + parsed + " to " + container.name() + ": it is "
                            + container.state().word());
        }
        if (parsed.equals(Signal.KILL)) {
            kill(container, running.get());
        } else {
            Watching.signal(parts.machine(), running.get().process(), parsed.number());
        }
        return view(container);
    }

    /**
     * Waits until the container does not run, or is removed.
     *
     * @param gone whether the one who asked has left
     * @return its exit code; 0 for one that never ran
     */
    public int await(String name, boolean untilRemoved, BooleanSupplier gone) throws InterruptedException {
        Container container = find(name);
        boolean over = false;
        while (!over && !gone.getAsBoolean()) {
            over = untilRemoved ? container.awaitRemoval(LOOK) : container.awaitEnd(LOOK);
        }
        return Optional.ofNullable(container.record().exitCode()).orElse(0);
    }

    public void remove(String name, boolean force, boolean withVolumes) throws InterruptedException {
        removal.remove(find(name), force, withVolumes);
    }

    public ContainerView rename(String name, ContainerName to) {
        Container container = find(name);
        try (Container.Held held = container.hold()) {
            ContainerName before = container.record().name();
            if (!before.equals(to)) {
                parts.shelf().reserve(to, container.id());
                ContainerRecord renamed = container.record().named(to);
                try {
                    parts.records().write(renamed);
                } catch (RuntimeException e) {
                    parts.shelf().release(to, container.id());
                    throw e;
                }
                container.become(renamed);
                parts.shelf().release(before, container.id());
                parts.events().publish("container.renamed", container, Map.of("from", before.value()));
            }
            return view(container);
        }
    }

    /**
     * Tells a container's log.
     *
     * @param lines hears lines; empty when the bytes are wanted as they came
     * @param gone whether the one who asked has left
     */
    public void logs(
            String name,
            LogRequest request,
            Optional<Consumer<LogLine>> lines,
            Consumer<byte[]> raw,
            Runnable caughtUp,
            BooleanSupplier gone)
            throws InterruptedException {
        new Logs(find(name), request).read(lines, raw, caughtUp, gone);
    }

    /**
     * A viewer of a container.
     *
     * @param from offset of the log to begin at; empty with {@code tail} = the last so many bytes
     */
    public Attachment attach(String name, OptionalLong from, long tail, AttachListener listener) {
        Container container = find(name);
        return new Attachment(parts.machine().calls(), container, reader(container, from, tail), listener, () -> {});
    }

    /** A viewer of an exec session. */
    public Attachment attachExec(String id, OptionalLong from, long tail, AttachListener listener) {
        Session session = sessions.find(id);
        session.viewerCame();
        return new Attachment(
                parts.machine().calls(), session, reader(session, from, tail), listener, session::viewerWent);
    }

    private static LogReader reader(Program program, OptionalLong from, long tail) {
        return from.isPresent()
                ? LogReader.at(program.logDirectory(), from.getAsLong())
                : LogReader.tail(program.logDirectory(), tail);
    }

    public ExecView exec(String name, ExecRequest request) {
        return sessions.start(find(name), request).view();
    }

    /** Runs a program to its end and answers with what it wrote. */
    public ExecResult execAndWait(String name, ExecRequest request, BooleanSupplier gone) throws InterruptedException {
        if (request.tty()) {
            throw new ContainerException.Invalid("tty", "cannot wait for a program with a terminal: attach to it");
        }
        Session session = sessions.start(find(name), request);
        session.viewerCame();
        ExecOutput output = new ExecOutput(OUTPUT_LIMIT);
        try (Attachment attachment = new Attachment(
                parts.machine().calls(),
                session,
                LogReader.at(session.logDirectory(), 0),
                output,
                session::viewerWent)) {
            attachment.begin();
            return output.await(gone);
        }
    }

    public ExecView inspectExec(String id) {
        return sessions.find(id).view();
    }

    public void resizeExec(String id, TerminalSize size) {
        Session session = sessions.find(id);
        if (!session.isAlive()) {
            throw new ContainerException.Conflict("wrong-state", "the program of this exec session has ended");
        }
        session.viewerCame();
        try (Attachment attachment = new Attachment(
                parts.machine().calls(),
                session,
                LogReader.tail(session.logDirectory(), 0),
                new ExecOutput(0),
                () -> {})) {
            attachment.resize(size);
        } finally {
            session.viewerWent();
        }
    }

    /** What is sent to whoever asks for the ports of a container. */
    public List<ContainerView.PortView> ports(String name) {
        return forwards.views(find(name));
    }

    public ContainerView.PortView addPort(String name, PortRequest port) {
        return forwards.add(find(name), port);
    }

    public void removePort(String name, String protocol, int hostPort, Optional<String> hostAddress) {
        forwards.remove(find(name), protocol, hostPort, hostAddress.orElse(null));
    }

    private Container find(String name) {
        return parts.shelf().find(name);
    }

    private ContainerView view(Container container) {
        ContainerRecord record = container.record();
        boolean networked = !record.config().network().equals(CreateRequest.NO_NETWORK);
        return new ContainerView(
                record.id().value(),
                record.name().value(),
                record.image(),
                record.imageId(),
                record.state(),
                container.processes().map(p -> p.process().pid()).orElse(null),
                record.exitCode(),
                false,
                record.error(),
                record.created(),
                record.started(),
                record.finished(),
                "none",
                0,
                networked ? Slirp4netns.ADDRESS : null,
                forwards.views(container),
                record.config());
    }

    /** Lets go; the containers go on. */
    @Override
    public void close() {
        background.shutdownNow();
    }
}
