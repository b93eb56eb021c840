package dev.berth.container;

import dev.berth.launcher.MonitorClient;
import dev.berth.launcher.ProcessIdentity;
import dev.berth.linux.TerminalSize;
import java.util.List;

/**
 * One container as the service knows it now. The lock is this object's own monitor; {@code notifyAll} tells each change of state and of
 * output to those who wait.
 */
final class Container {
    private ContainerRecord record;
    private ContainerState state;
    private ProcessIdentity init;
    private Integer pid;
    private MonitorClient monitor;
    private TerminalSize startSize;
    private boolean stopRequested;
    private int restarts;
    private long ends;
    private int lastCode;
    private boolean removed;
    private boolean gone;
    private String damage;
    private long output;
    private final Audience audience = new Audience();
    private final Object portLock = new Object();
    private final PortStates ports = new PortStates();
    private String networkError;

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
        if (this.state.canSignal()) {
            ends++;
        }
        lastCode = record.exitCode() == null ? 0 : record.exitCode();
        this.init = null;
        this.pid = null;
        this.monitor = null;
        this.stopRequested = false;
        this.state = state;
        networkError = null;
        ports.clear();
        audience.ended();
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

    /** How many of its runs have ended since this service began: who waits for an end must not miss it for the next start. */
    synchronized long ends() {
        return ends;
    }

    /** Of the run that has ended since {@link #ends} was so many, or else of the one before; 0 for one that never ran. */
    synchronized int exitCode(long endsBefore) {
        Integer code = ends > endsBefore ? Integer.valueOf(lastCode) : record.exitCode();
        return code == null ? 0 : code;
    }

    /** Whether its present run is still that of when {@link #ends} was so many. */
    synchronized boolean runsOn(long endsBefore) {
        return ends == endsBefore && state.isAlive();
    }

    /** Until {@link #restartEnds} an end is no reason to remove it. */
    synchronized void restartBegins() {
        restarts++;
    }

    synchronized void restartEnds() {
        restarts--;
    }

    synchronized boolean isRestarting() {
        return restarts > 0;
    }

    synchronized void requestStop() {
        stopRequested = true;
    }

    synchronized boolean stopRequested() {
        return stopRequested;
    }

    /** Its removal has begun, or could not be done after all. */
    synchronized void removed(boolean begun) {
        removed = begun;
        notifyAll();
    }

    /** Its removal has begun: nothing may be done with it any more. */
    synchronized boolean isRemoved() {
        return removed;
    }

    /** Nothing of it is left, and its name is free. */
    synchronized void gone() {
        gone = true;
        notifyAll();
    }

    synchronized boolean isGone() {
        return gone;
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

    /** Held while its forwards are changed; taken before this object's own lock. */
    Object portLock() {
        return portLock;
    }

    /** What its forwards are now; to be used under this object's lock only. */
    PortStates ports() {
        return ports;
    }

    /** @param why its network is gone for good; null when it is there */
    synchronized void networkError(String why) {
        networkError = why;
    }

    synchronized ContainerView.PortView view(PortRequest port) {
        return ports.view(port);
    }

    synchronized ContainerView view() {
        boolean network = state.isAlive()
                && networkError == null
                && CreateRequest.SLIRP.equals(record.config().network());
        List<ContainerView.PortView> forwards =
                record.config().ports().stream().map(ports::view).toList();
        return new ContainerView(
                record.id(),
                record.name().value(),
                record.image(),
                record.imageId(),
                state,
                pid,
                record.exitCode(),
                record.oomKilled(),
                damage != null ? damage : networkError != null ? networkError : record.error(),
                record.created(),
                record.started(),
                record.finished(),
                "none",
                record.restarts(),
                network ? record.addressInside() : null,
                forwards,
                record.config());
    }
}
