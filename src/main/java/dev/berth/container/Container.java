package dev.berth.container;

import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.ProcessIdentity;
import dev.berth.linux.TerminalSize;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One container as the service knows it now. The lock is this object's own monitor; {@code notifyAll} tells each change of state and of
 * output to those who wait.
 */
final class Container {
    private static final String ADDRESS = "10.0.2.100";

    private ContainerRecord record;
    private ContainerState state;
    private ProcessIdentity init;
    private Integer pid;
    private MonitorClient monitor;
    private TerminalSize startSize;
    private boolean stopRequested;
    private boolean removed;
    private String damage;
    private long output;
    private final Audience audience = new Audience();
    private final Map<PortRequest, String> portErrors = new LinkedHashMap<>();

    Container(ContainerRecord record, ContainerState state) {
        this.record = record;
        this.state = state;
    }

    String id() {
        return record().id();
    }

    synchronized String name() {
        return record.name().value();
    }

    synchronized ContainerRecord record() {
        return record;
    }

    synchronized void record(ContainerRecord newer) {
        record = newer;
        notifyAll();
    }

    synchronized ContainerState state() {
        return state;
    }

    synchronized void state(ContainerState next) {
        state = next;
        notifyAll();
    }

    /** Its program runs. */
    synchronized void runs(ProcessIdentity init, Integer pid, MonitorClient monitor) {
        this.init = init;
        this.pid = pid;
        this.monitor = monitor;
        this.state = ContainerState.RUNNING;
        notifyAll();
    }

    synchronized void ended(ContainerState state) {
        this.init = null;
        this.pid = null;
        this.monitor = null;
        this.stopRequested = false;
        this.state = state;
        portErrors.clear();
        notifyAll();
    }

    /** What is on the disk of it cannot be understood. */
    synchronized void damaged(String why) {
        ended(ContainerState.DEAD);
        damage = why;
    }

    synchronized ProcessIdentity init() {
        return init;
    }

    synchronized MonitorClient monitor() {
        return monitor;
    }

    synchronized void startSize(TerminalSize size) {
        startSize = size;
    }

    synchronized TerminalSize startSize() {
        return startSize == null ? TerminalSize.DEFAULT : startSize;
    }

    synchronized void requestStop() {
        stopRequested = true;
    }

    synchronized boolean stopRequested() {
        return stopRequested;
    }

    synchronized void markRemoved() {
        removed = true;
        notifyAll();
    }

    synchronized boolean isRemoved() {
        return removed;
    }

    /** The monitor announced more output. */
    synchronized void appended() {
        output++;
        notifyAll();
    }

    synchronized long output() {
        return output;
    }

    Audience audience() {
        return audience;
    }

    synchronized void portFailed(PortRequest port, String why) {
        portErrors.put(port, why);
    }

    synchronized void portWorks(PortRequest port) {
        portErrors.remove(port);
    }

    synchronized ContainerView view() {
        boolean network =
                state.isAlive() && CreateRequest.SLIRP.equals(record.config().network());
        List<ContainerView.PortView> ports = record.config().ports().stream()
                .map(port -> new ContainerView.PortView(
                        port.hostAddress(),
                        port.hostPort(),
                        port.containerPort(),
                        port.protocol(),
                        portErrors.containsKey(port)
                                ? "failed"
                                : state == ContainerState.RUNNING ? "active" : "pending",
                        portErrors.get(port)))
                .toList();
        return new ContainerView(
                record.id(),
                record.name().value(),
                record.image(),
                record.imageId(),
                state,
                pid,
                record.exitCode(),
                false,
                damage != null ? damage : record.error(),
                record.created(),
                record.started(),
                record.finished(),
                "none",
                record.restarts(),
                network ? ADDRESS : null,
                ports,
                record.config());
    }
}
