package dev.berth.container;

import dev.berth.launcher.Launched;
import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.MonitorGone;
import dev.berth.launcher.ProcessIdentity;
import dev.berth.launcher.Signal;
import java.time.Duration;
import java.time.Instant;

/** Start, stop and end of containers. */
final class Lifecycle {
    private static final System.Logger LOG = System.getLogger(Lifecycle.class.getName());
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

    private final Core core;
    private final Starter starter;
    private final Runs runs;
    private final Ports ports;

    Lifecycle(Core core, Starter starter, Runs runs, Ports ports) {
        this.core = core;
        this.starter = starter;
        this.runs = runs;
        this.ports = ports;
    }

    /** Starts it; one that runs is left alone. */
    void start(Container container) {
        synchronized (container) {
            if (container.state().canExec()) {
                return;
            }
            if (!container.state().canStart() || container.isRemoved()) {
                throw conflict(container, "start");
            }
            container.state(ContainerState.STARTING);
        }
        ContainerState before = container.record().atRest();
        try {
            ports.check(container);
            Instant now = core.engine().clock().instant();
            String address = address(container);
            core.directory().save(container, record -> record.starting(now, address));
            Launched launched = starter.start(container.record(), container.startSize());
            runs.begin(container, launched);
        } catch (RuntimeException e) {
            container.ended(before);
            showRefused(container, e);
            core.directory().save(container, record -> record.notStarted(e.getMessage()));
            throw e;
        }
        openPorts(container);
    }

    private String address(Container container) {
        boolean networked = container.record().config().network().equals(CreateRequest.SLIRP);
        return networked ? core.engine().subnet().get().address() : null;
    }

    /** A port that cannot be had is told, and nothing is left running that was asked to be reachable and is not. */
    private void openPorts(Container container) {
        try {
            ports.open(container);
        } catch (ContainerException e) {
            ProcessIdentity init = container.init();
            if (init == null || !init.isRunning(Runs.PROC)) {
                // A quick program has ended, and its network with it; its end forgets what was known of its ports.
                awaitEnd(container, KILL_PATIENCE);
                ports.missed(container);
                return;
            }
            synchronized (container) {
                container.requestStop();
            }
            kill(container, Signal.KILL);
            awaitEnd(container, KILL_PATIENCE);
            showRefused(container, e);
            core.directory().save(container, record -> record.notStarted(e.getMessage()));
            throw e;
        }
    }

    private void showRefused(Container container, RuntimeException e) {
        if (e instanceof ContainerException.PortRefused port) {
            ports.refused(container, port);
        }
    }

    /** Asks the program to end, and ends it after the time-out. One that does not run is left alone. */
    void stop(Container container, Integer timeout) {
        synchronized (container) {
            if (!container.state().canStop()) {
                if (container.state() == ContainerState.STARTING) {
                    throw conflict(container, "stop");
                }
                return;
            }
            container.requestStop();
            container.state(ContainerState.STOPPING);
        }
        core.directory().tell(container);
        ContainerRecord record = container.record();
        Signal signal = record.stopSignal().isEmpty() ? Signal.TERM : Signal.parse(record.stopSignal());
        send(container, signal);
        core.groups().thaw(container.id());
        int seconds = timeout == null ? record.config().stopTimeout() : timeout;
        if (!awaitEnd(container, Duration.ofSeconds(seconds))) {
            end(container);
        }
    }

    /** Sends a signal to the program. */
    void kill(Container container, Signal signal) {
        if (!container.state().canSignal()) {
            throw new ContainerException.Conflict(
                    "not-running",
                    "cannot send " + signal + " to container " + container.name() + ": it is "
                            + container.state().word());
        }
        if (signal.equals(Signal.KILL)) {
            container.requestStop();
        }
        send(container, signal);
        if (signal.equals(Signal.KILL)) {
            core.groups().thaw(container.id());
        }
    }

    /** Ends it at once, with everything in it. */
    void end(Container container) {
        container.requestStop();
        send(container, Signal.KILL);
        core.groups().thaw(container.id());
        if (awaitEnd(container, Duration.ofSeconds(2))) {
            return;
        }
        ProcessIdentity init = container.init();
        if (init != null) {
            init.signal(core.engine().calls(), Runs.PROC, Signal.KILL);
        }
        if (!awaitEnd(container, KILL_PATIENCE)) {
            throw new ContainerException.Failed(
                    "cannot end container " + container.name()
                            + ": its processes do not die; look at them with: ps -ef",
                    null);
        }
    }

    /** Waits until it does not run. @return whether it ended within the time */
    boolean awaitEnd(Container container, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (container) {
            try {
                while (container.state().isAlive()) {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    container.wait(Math.max(1, left / 1_000_000));
                }
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    private void send(Container container, Signal signal) {
        MonitorClient monitor = container.monitor();
        if (monitor == null) {
            return;
        }
        try {
            monitor.signal(signal.number());
        } catch (MonitorGone e) {
            LOG.log(System.Logger.Level.DEBUG, "container {0} ended before the signal", container.name());
        }
    }

    static ContainerException conflict(Container container, String verb) {
        return new ContainerException.Conflict(
                "wrong-state",
                "cannot " + verb + " container " + container.name() + ": it is "
                        + (container.isRemoved() ? "removed" : container.state().word()));
    }
}
