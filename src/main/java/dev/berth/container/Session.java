package dev.berth.container;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A program that was started in a running container, beside its own. */
final class Session implements Program {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ContainerId id;
    private final ContainerId container;
    private final ExecRequest request;
    private final Path directory;
    private final Pulse pulse = new Pulse();
    private final AtomicInteger viewers = new AtomicInteger();
    private volatile Instant lastSeen = Instant.now();

    private volatile int pid;
    private volatile boolean begun;
    private volatile Integer exitCode;
    private volatile Instant finished;
    private volatile boolean removed;
    private volatile Watching watching;

    Session(ContainerId id, ContainerId container, ExecRequest request, Path directory) {
        this.id = id;
        this.container = container;
        this.request = request;
        this.directory = directory;
    }

    ContainerId id() {
        return id;
    }

    ContainerId container() {
        return container;
    }

    ExecRequest request() {
        return request;
    }

    /** How many look at it: while nobody does, its output must not hold it up. */
    AtomicInteger viewers() {
        return viewers;
    }

    /** Nobody has looked at it for a while. */
    boolean isUnattended(Instant now) {
        return viewers.get() == 0 && lastSeen.plus(PATIENCE).isBefore(now);
    }

    void viewerCame() {
        viewers.incrementAndGet();
    }

    void viewerWent() {
        lastSeen = Instant.now();
        viewers.decrementAndGet();
    }

    Optional<Watching> watching() {
        return Optional.ofNullable(watching);
    }

    void begun(int processId, Watching by) {
        pid = processId;
        watching = by;
        begun = true;
        pulse.beat();
    }

    void ended(int code, Instant when) {
        finished = when;
        exitCode = code;
        pulse.beat();
    }

    void setRemoved() {
        removed = true;
        pulse.beat();
    }

    Optional<Instant> finished() {
        return Optional.ofNullable(finished);
    }

    ExecView view() {
        boolean running = begun && exitCode == null;
        return new ExecView(
                id.value(),
                container.value(),
                running,
                running ? pid : null,
                exitCode,
                request.tty(),
                request.command());
    }

    @Override
    public Path logDirectory() {
        return directory;
    }

    @Override
    public Path socketDirectory() {
        return directory;
    }

    @Override
    public Pulse pulse() {
        return pulse;
    }

    @Override
    public int runToWatch() {
        return 1;
    }

    @Override
    public boolean isAlive() {
        return begun && exitCode == null;
    }

    @Override
    public Optional<Integer> exitCode(int run) {
        return Optional.ofNullable(exitCode);
    }

    @Override
    public boolean isRemoved() {
        return removed;
    }

    @Override
    public boolean isPaced() {
        return true;
    }
}
