package dev.berth.container;

import dev.berth.launcher.ExitRecord;
import dev.berth.launcher.Launched;
import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.MonitorGone;
import dev.berth.launcher.MonitorRecord;
import dev.berth.launcher.ProcessIdentity;
import dev.berth.launcher.Signal;
import dev.berth.linux.PidFd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Start, stop and end of containers; and finding again those that ran on while no service was there. */
final class Lifecycle {
    private static final System.Logger LOG = System.getLogger(Lifecycle.class.getName());
    private static final Path PROC = Path.of("/proc");
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);
    private static final int KILLED = 137;

    private final Engine engine;
    private final ContainerPaths paths;
    private static final Duration VIEWERS_PATIENCE = Duration.ofSeconds(30);

    private final Directory directory;
    private final Events events;
    private final Starter starter;
    private final Ports ports;
    private final String boot;
    private final Consumer<Container> autoRemove;

    Lifecycle(
            Engine engine,
            ContainerPaths paths,
            Directory directory,
            Events events,
            Starter starter,
            Ports ports,
            Consumer<Container> autoRemove) {
        this.engine = engine;
        this.paths = paths;
        this.directory = directory;
        this.events = events;
        this.starter = starter;
        this.ports = ports;
        this.boot = bootId();
        this.autoRemove = autoRemove;
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
        ContainerState before = container.record().started() == null ? ContainerState.CREATED : ContainerState.EXITED;
        try {
            directory.save(container, ContainerRecord::starting);
            Launched launched = starter.start(container.record(), container.startSize());
            watch(container, launched);
        } catch (RuntimeException e) {
            container.ended(before);
            directory.save(container, record -> record.notStarted(e.getMessage()));
            throw e;
        }
        openPorts(container);
    }

    private void watch(Container container, Launched launched) {
        Run run = new Run(container);
        MonitorClient monitor = connect(container, run);
        directory.keep(container, record -> record.started(launched.started()));
        container.runs(launched.init(), launched.process().pid(), monitor);
        directory.tell(container);
        events.publish("container.started", container.id(), container.name(), Map.of());
        run.ready.countDown();
        if (monitor == null) {
            run.over();
        }
    }

    /** A port that cannot be had is told, and nothing is left running that was asked to be reachable and is not. */
    private void openPorts(Container container) {
        try {
            ports.open(container);
        } catch (ContainerException e) {
            ProcessIdentity init = container.init();
            if (init == null || !init.isRunning(PROC)) {
                return; // a quick program has ended, and its network with it: nothing is missing
            }
            synchronized (container) {
                container.requestStop();
            }
            kill(container, Signal.KILL);
            awaitEnd(container, KILL_PATIENCE);
            directory.save(container, record -> record.notStarted(e.getMessage()));
            throw e;
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
        directory.tell(container);
        ContainerRecord record = container.record();
        Signal signal = record.stopSignal().isEmpty() ? Signal.TERM : Signal.parse(record.stopSignal());
        send(container, signal);
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
    }

    /** Ends it at once, with everything in it. */
    void end(Container container) {
        container.requestStop();
        send(container, Signal.KILL);
        if (awaitEnd(container, Duration.ofSeconds(2))) {
            return;
        }
        ProcessIdentity init = container.init();
        if (init != null) {
            init.open(engine.calls(), PROC).ifPresent(process -> {
                try (PidFd open = process) {
                    open.signal(Signal.KILL.number());
                }
            });
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

    /** Finds out what became of a container while no service was there. */
    void recover(Container container) {
        Path place = paths.container(container.id());
        Optional<MonitorRecord> monitor = MonitorRecord.read(place);
        if (monitor.filter(it -> it.isRunning(PROC, boot)).isPresent() && resume(container, monitor.get())) {
            return;
        }
        if (!container.record().wanted()) {
            return;
        }
        ExitRecord exit = ExitRecord.read(place).orElse(null);
        if (exit == null && monitor.isEmpty()) {
            container.ended(container.state());
            directory.save(container, record -> record.notStarted("the service ended while it was starting this"));
            return;
        }
        finish(
                container,
                exit == null
                        ? new ExitRecord(
                                KILLED,
                                Signal.KILL.number(),
                                engine.clock().instant(),
                                monitor.filter(it -> it.boot().equals(boot)).isPresent()
                                        ? "its monitor was killed"
                                        : "the machine was stopped while it ran")
                        : exit);
    }

    private boolean resume(Container container, MonitorRecord record) {
        Run run = new Run(container);
        MonitorClient monitor = connect(container, run);
        if (monitor == null) {
            return false;
        }
        Integer pid = record.process().map(ProcessIdentity::pid).orElse(null);
        container.runs(record.init(), pid, monitor);
        ports.reconcile(container);
        run.ready.countDown();
        return true;
    }

    private MonitorClient connect(Container container, Run run) {
        try {
            return MonitorClient.connect(engine.calls(), paths.runtime(container.id()), run);
        } catch (MonitorGone e) {
            return null; // ended between its start and now
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

    private void finish(Container container, ExitRecord exit) {
        String why = exit.reason().isEmpty() ? null : exit.reason();
        awaitMonitorEnd(container);
        // On the disk before anybody hears of it: who does may remove the container at once.
        directory.keep(container, record -> record.ended(exit.time(), exit.code(), why));
        synchronized (container) {
            container.ended(ContainerState.EXITED);
            events.publish(
                    "container.exited",
                    container.id(),
                    container.name(),
                    Map.of("exitCode", Integer.toString(exit.code())));
        }
        directory.tell(container);
        if (container.record().config().autoRemove()) {
            // Its log goes with it: those who watched it end must have read it.
            container.awaitViewers(VIEWERS_PATIENCE);
            autoRemove.accept(container);
        }
    }

    /** The monitor takes its network helper with it: afterwards no port and no process is left. */
    private void awaitMonitorEnd(Container container) {
        MonitorRecord.read(paths.container(container.id()))
                .filter(record -> record.boot().equals(boot))
                .flatMap(record -> record.monitor().open(engine.calls(), PROC))
                .ifPresent(process -> {
                    try (PidFd monitor = process) {
                        monitor.awaitEnd(KILL_PATIENCE);
                    }
                });
    }

    static ContainerException conflict(Container container, String verb) {
        return new ContainerException.Conflict(
                "wrong-state",
                "cannot " + verb + " container " + container.name() + ": it is "
                        + (container.isRemoved() ? "removed" : container.state().word()));
    }

    private static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot read the boot id of this machine: " + e.getMessage(), e);
        }
    }

    /** One run of a container: hears its monitor, on that connection's own thread. */
    private final class Run implements MonitorClient.Listener {
        private final Container container;
        private final CountDownLatch ready = new CountDownLatch(1);
        private boolean over;

        private Run(Container container) {
            this.container = container;
        }

        @Override
        public void appended(long end) {
            container.appended();
        }

        @Override
        public void exited(int code, int signal, long end) {
            container.appended();
        }

        @Override
        public void closed() {
            over();
        }

        /** The exit file is written before the monitor goes; without one, the monitor was killed. */
        private void over() {
            try {
                ready.await();
                synchronized (this) {
                    if (over) {
                        return;
                    }
                    over = true;
                }
                awaitMonitorEnd(container);
                Path place = paths.container(container.id());
                finish(
                        container,
                        ExitRecord.read(place)
                                .orElseGet(() -> new ExitRecord(
                                        KILLED,
                                        Signal.KILL.number(),
                                        engine.clock().instant(),
                                        "its monitor was killed")));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "cannot record the end of container " + container.name(), e);
            }
        }
    }
}
