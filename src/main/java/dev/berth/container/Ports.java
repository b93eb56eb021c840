package dev.berth.container;

import dev.berth.launcher.NetworkState;
import dev.berth.network.NetworkException;
import dev.berth.network.NetworkException.HelperSilent;
import dev.berth.network.PortForwarder;
import dev.berth.network.PortForwarder.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ports of containers: added and removed while they run, opened at each start, and opened again when the service or a
 * container's slirp4netns was killed. Changes of one container's ports wait for each other.
 */
final class Ports {
    private final Forwards forwards;
    private final ContainerPaths paths;
    private final Directory directory;
    private final Events events;

    Ports(PortForwarder forwarder, ContainerPaths paths, Directory directory, Events events) {
        this.forwards = new Forwards(forwarder, paths, directory);
        this.paths = paths;
        this.directory = directory;
        this.events = events;
    }

    /**
     * Adds a port; of a container that does not run it is remembered for the next start. One that is there and has failed
     * is tried again.
     */
    ContainerView.PortView add(Container container, PortRequest port) {
        refuseWithoutNetwork(container);
        PortRequest made;
        synchronized (container.portLock()) {
            Optional<PortRequest> there = overlapping(container, port);
            there.ifPresent(other -> refuseDouble(container, port, other));
            made = container.state().hasPorts() ? open(container, port) : forwards.choose(container, port);
            if (there.isEmpty()) {
                List<PortRequest> ports = new ArrayList<>(ports(container));
                ports.add(made);
                keep(container, ports);
            }
        }
        directory.tell(container);
        tell("port.added", container, made, null);
        return container.view(made);
    }

    /**
     * Removes a port.
     *
     * @param hostPort 0 for one that has none yet
     * @param hostAddress null for whichever has it
     */
    void remove(Container container, String protocol, int hostPort, String hostAddress) {
        PortRequest port;
        synchronized (container.portLock()) {
            port = ports(container).stream()
                    .filter(it -> it.protocol().equals(protocol))
                    .filter(it -> hostPort == (it.hostPort() == null ? 0 : it.hostPort()))
                    .filter(it -> hostAddress == null || it.hostAddress().equals(hostAddress))
                    .findFirst()
                    .orElseThrow(() -> new ContainerException.NotFound("container " + container.name()
                            + " has no port " + hostPort + "/" + protocol + "; list them with: berth port ls "
                            + container.name()));
            if (container.state().canSignal()) { // also one that is being stopped holds it until its end
                forwards.remove(container, port);
            }
            List<PortRequest> ports = new ArrayList<>(ports(container));
            ports.remove(port);
            keep(container, ports);
            synchronized (container) {
                container.ports().forget(port);
            }
        }
        directory.tell(container);
        tell("port.removed", container, port, null);
    }

    /** Before anything is started: a port that cannot be had refuses the start. */
    void check(Container container) {
        synchronized (container.portLock()) {
            synchronized (container) {
                container.ports().clear();
            }
            ports(container).stream()
                    .filter(port -> port.hostPort() != null)
                    .forEach(port -> forwards.check(container, port));
        }
    }

    /** A port refused a start, which has been undone. It is shown with its reason until the next one. */
    void refused(Container container, ContainerException.PortRefused why) {
        synchronized (container) {
            container.ports().failed(why.port(), why.getMessage());
        }
        tell("port.failed", container, why.port(), why.getMessage());
    }

    /** It has ended before its ports were open. One that somebody else has is shown with its reason until the next start. */
    void missed(Container container) {
        synchronized (container.portLock()) {
            if (container.state() != ContainerState.EXITED || container.isRemoved()) {
                return;
            }
            for (PortRequest port : ports(container)) {
                try {
                    if (port.hostPort() != null) {
                        forwards.check(container, port);
                    }
                } catch (ContainerException.PortRefused why) {
                    refused(container, why);
                }
            }
        }
        directory.tell(container);
    }

    /** All ports of a container that has just started; the first that cannot be had is thrown. */
    void open(Container container) {
        synchronized (container.portLock()) {
            List<PortRequest> made = new ArrayList<>();
            for (PortRequest port : ports(container)) {
                made.add(open(container, port));
            }
            keep(container, made);
        }
        directory.tell(container);
    }

    private PortRequest open(Container container, PortRequest port) {
        try {
            PortRequest made = forwards.make(container, port);
            works(container, made);
            return made;
        } catch (HelperSilent e) {
            if (!container.state().hasPorts()) { // it has ended meanwhile, or is about to
                if (port.hostPort() != null) {
                    forwards.check(container, port);
                }
                return forwards.choose(container, port);
            }
            throw new ContainerException.PortRefused(
                    "port-refused", port, "cannot forward " + port + ": " + e.getMessage() + "; try again in a moment");
        }
    }

    /** Brings about what should be forwarded: after the service was away, and when slirp4netns was replaced. */
    void reconcile(Container container) {
        if (!container.record().config().network().equals(CreateRequest.SLIRP)) {
            return;
        }
        synchronized (container.portLock()) {
            List<PortRequest> ports = ports(container);
            try {
                List<Outcome> outcomes = forwards.reconcile(container, ports);
                List<PortRequest> made = new ArrayList<>();
                for (int i = 0; i < ports.size(); i++) {
                    made.add(settle(container, ports.get(i), outcomes.get(i)));
                }
                keep(container, made);
            } catch (NetworkException e) {
                ports.forEach(port -> failed(container, port, "cannot forward " + port + ": " + e.getMessage()));
            }
        }
        directory.tell(container);
    }

    private PortRequest settle(Container container, PortRequest port, Outcome outcome) {
        if (outcome.failure() != null) {
            failed(container, port, outcome.failure());
            return port;
        }
        PortRequest made = port.withHostPort(outcome.forward().hostPort());
        works(container, made);
        if (outcome.isNew()) {
            tell("port.added", container, made, null);
        }
        return made;
    }

    /** The monitor said what became of the container's slirp4netns. */
    void network(Container container, NetworkState state) {
        switch (state) {
            case READY -> reconcile(container);
            case REPLACED -> {
                synchronized (container) {
                    container.ports().clear();
                }
                directory.tell(container);
            }
            case LOST -> lost(container);
            default -> throw new IllegalStateException("no such state: " + state);
        }
    }

    private void lost(Container container) {
        String why = "the network of container " + container.name()
                + " is gone: its slirp4netns ends as soon as it is started (see "
                + paths.runtime(container.id()).resolve("network.log") + "); bring it back with: berth restart "
                + container.name();
        synchronized (container.portLock()) {
            synchronized (container) {
                if (!container.state().isAlive()) {
                    return;
                }
                container.networkError(why);
            }
            ports(container).forEach(port -> failed(container, port, why));
        }
        directory.tell(container);
    }

    private static void works(Container container, PortRequest port) {
        synchronized (container) {
            if (container.state().isAlive()) {
                container.ports().works(port);
            }
        }
    }

    private void failed(Container container, PortRequest port, String why) {
        synchronized (container) {
            if (!container.state().isAlive()) {
                return;
            }
            container.ports().failed(port, why);
        }
        tell("port.failed", container, port, why);
    }

    private static List<PortRequest> ports(Container container) {
        return container.record().config().ports();
    }

    private void keep(Container container, List<PortRequest> ports) {
        if (!ports.equals(ports(container))) {
            directory.keep(container, record -> record.with(record.config().withPorts(ports)));
        }
    }

    private static Optional<PortRequest> overlapping(Container container, PortRequest port) {
        return ports(container).stream().filter(port::overlaps).findFirst();
    }

    private static void refuseWithoutNetwork(Container container) {
        if (!container.record().config().network().equals(CreateRequest.SLIRP)) {
            throw new ContainerException.Conflict(
                    "no-network",
                    "cannot forward a port to container " + container.name() + ": it was created with no network");
        }
    }

    private static void refuseDouble(Container container, PortRequest port, PortRequest other) {
        synchronized (container) {
            if (port.equals(other) && container.ports().hasFailed(other)) {
                return;
            }
        }
        throw new ContainerException.PortRefused(
                "port-in-use",
                port,
                "cannot forward " + port + ": container " + container.name() + " has it already, for its port "
                        + other.containerPort());
    }

    private void tell(String type, Container container, PortRequest port, String reason) {
        Map<String, String> attributes = new HashMap<>(Map.of(
                "hostAddress", port.hostAddress(),
                "hostPort", String.valueOf(port.hostPort()),
                "containerPort", port.containerPort().toString(),
                "protocol", port.protocol()));
        if (reason != null) {
            attributes.put("reason", reason);
        }
        events.publish(type, container.id(), container.name(), attributes);
    }
}
