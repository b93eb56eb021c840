package dev.berth.container;

import dev.berth.launcher.LogReader;
import dev.berth.linux.TerminalSize;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A container's own program, to attach to.
 *
 * @param ends as {@link Container#ends} was when it was attached to: the next end is this viewer's
 * @param past when the run began whose end is no news to this viewer; null when every end is
 */
record ContainerTarget(Container container, ContainerPaths paths, long ends, Instant past) implements AttachTarget {
    private static final long SHORT_WHILE = 1_000;

    @Override
    public Phase phase() {
        if (container.ends() > ends) {
            return Phase.ENDED;
        }
        return switch (container.state()) {
            case CREATED, STARTING -> container.isRemoved() ? Phase.ENDED : Phase.BEFORE;
            case RUNNING, PAUSED, STOPPING -> Phase.RUNNING;
            case EXITED ->
                container.isRemoved()
                                || past == null
                                || !past.equals(container.record().started())
                        ? Phase.ENDED
                        : Phase.BEFORE;
            case DEAD -> Phase.ENDED;
        };
    }

    @Override
    public int exitCode() {
        return container.exitCode(ends);
    }

    @Override
    public LogReader log(long from) {
        return LogReader.at(paths.container(container.id()), from);
    }

    @Override
    public LogReader logTail(long bytes) {
        return LogReader.tail(paths.container(container.id()), bytes);
    }

    @Override
    public Path runtimeDirectory() {
        return paths.runtime(container.id());
    }

    @Override
    public void startSize(TerminalSize size) {
        container.startSize(size);
    }

    @Override
    public void awaitChange() throws InterruptedException {
        synchronized (container) {
            Phase phase = phase();
            if (phase != Phase.ENDED) {
                container.wait(phase == Phase.BEFORE ? SHORT_WHILE : 20);
            }
        }
    }

    @Override
    public Audience audience() {
        return container.audience();
    }
}
