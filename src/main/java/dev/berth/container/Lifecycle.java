package dev.berth.container;

import dev.berth.launcher.BadLaunch;
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
            Launched launched = starter.start(container);
            runs.begin(container, launched);
        } catch (RuntimeException e) {
            container.ended(before);
            notStarted(container, e);
            runs.removeFailed(container);
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
            end(container);
            notStarted(container, e);
            throw e;
        }
    }

    private void notStarted(Container container, RuntimeException e) {
        if (e instanceof ContainerException.PortRefused port) {
            ports.refused(container, port);
        }
        core.directory().keepAnyhow(container, record -> record.notStarted(e.getMessage()));
        core.directory().tell(container);
    }

    /** Stops it, when it runs, and starts it; one that is removed when it ends is so unless it runs then. */
    void restart(Container container, Integer timeout) {
        long ends = container.ends();
        container.restartBegins();
        boolean done = false;
        try {
            stop(container, timeout);
            start(container);
            done = true;
        } finally {
            container.restartEnds();
            if (container.ends() > ends && !container.state().isAlive()) {
                runs.removeEnded(container);
            } else if (!done) {
                runs.removeFailed(container);
            }
        }
    }

    /** Asks the program to end, and ends it after the time-out. One that does not run is left alone. */
    void stop(Container container, Integer timeout) {
        Signal signal = stopSignal(container);
        long ends;
        synchronized (container) {
            if (!container.state().canStop()) {
                if (container.state() == ContainerState.STARTING) {
                    throw conflict(container, "stop");
                }
                return;
            }
            ends = container.ends();
            container.requestStop();
            container.state(ContainerState.STOPPING);
        }
        core.directory().tell(container);
        send(container, ends, signal);
        core.groups().thaw(container.id());
        int seconds = timeout == null ? container.record().config().stopTimeout() : timeout;
        if (!awaitEnd(container, ends, Duration.ofSeconds(seconds))) {
            end(container, ends);
        }
    }

    /** The image says it, and images say anything. */
    private static Signal stopSignal(Container container) {
        String wanted = container.record().stopSignal();
        try {
            return wanted.isEmpty() ? Signal.TERM : Signal.parse(wanted);
        } catch (BadLaunch e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "container {0}: {1}; it is sent TERM",
                    container.name(),
                    e.getMessage());
            return Signal.TERM;
        }
    }

    /** Sends a signal to the program. KILL is over when the program is. */
    void kill(Container container, Signal signal) {
        long ends = container.ends();
        if (!container.state().canSignal()) {
            throw new ContainerException.Conflict(
                    "not-running",
                    "cannot send " + signal + " to container " + container.name() + ": it is "
                            + container.state().word());
        }
        if (signal.equals(Signal.KILL)) {
            container.requestStop();
        }
        send(container, ends, signal);
        if (signal.equals(Signal.KILL)) {
            core.groups().thaw(container.id());
            awaitEnd(container, ends, KILL_PATIENCE);
        }
    }

    /** Ends it at once, with everything in it. */
    void end(Container container) {
        end(container, container.ends());
    }

    private void end(Container container, long ends) {
        synchronized (container) {
            if (!container.runsOn(ends)) {
                return;
            }
            container.requestStop();
        }
        send(container, ends, Signal.KILL);
        core.groups().thaw(container.id());
        if (awaitEnd(container, ends, Duration.ofSeconds(2))) {
            return;
        }
        ProcessIdentity init;
        synchronized (container) {
            init = container.runsOn(ends) ? container.init() : null;
        }
        if (init != null) {
            init.signal(core.engine().calls(), Runs.PROC, Signal.KILL);
        }
        if (!awaitEnd(container, ends, KILL_PATIENCE)) {
            throw new ContainerException.Failed(
                    "cannot end container " + container.name()
                            + ": its processes do not die; look at them with: ps -ef",
                    null);
        }
    }

    /** Waits until it does not run, or that run of it has ended. @return whether it was so within the time */
    boolean awaitEnd(Container container, Duration timeout) {
        return awaitEnd(container, container.ends(), timeout);
    }

    /** @param ends as {@link Container#ends} was when that run was on */
    static boolean awaitEnd(Container container, long ends, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (container) {
            try {
                while (container.runsOn(ends)) {
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

    private static void send(Container container, long ends, Signal signal) {
        MonitorClient monitor;
        synchronized (container) {
            monitor = container.runsOn(ends) ? container.monitor() : null;
        }
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
