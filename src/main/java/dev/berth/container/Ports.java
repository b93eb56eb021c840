package dev.berth.container;

import dev.berth.network.Forward;
import dev.berth.network.NetworkException;
import dev.berth.network.PortForwarder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Ports of containers, added and removed while they run, and again at each start. */
final class Ports {
    private final PortForwarder forwarder;
    private final ContainerPaths paths;
    private final Directory directory;
    private final Events events;

    Ports(PortForwarder forwarder, ContainerPaths paths, Directory directory, Events events) {
        this.forwarder = forwarder;
        this.paths = paths;
        this.directory = directory;
        this.events = events;
    }

    /** Adds a port; of a container that does not run it is remembered for the next start. */
    ContainerView.PortView add(Container container, PortRequest port) {
        refuseWithoutNetwork(container);
        PortRequest made;
        synchronized (container) {
            refuseDouble(container, port);
            made = container.state().canExec() ? forward(container, port) : port;
            List<PortRequest> ports =
                    new ArrayList<>(container.record().config().ports());
            ports.add(made);
            directory.save(container, record -> record.with(record.config().withPorts(ports)));
        }
        events.publish("port.added", container.id(), container.name(), attributes(made));
        return view(container, made);
    }

    /** Removes a port. */
    void remove(Container container, String protocol, int hostPort, String hostAddress) {
        PortRequest port;
        synchronized (container) {
            port = container.record().config().ports().stream()
                    .filter(it -> it.protocol().equals(protocol) && it.hostPort() != null && it.hostPort() == hostPort)
                    .filter(it -> hostAddress == null || it.hostAddress().equals(hostAddress))
                    .findFirst()
                    .orElseThrow(() -> new ContainerException.NotFound(
                            "container " + container.name() + " has no port " + hostPort + "/" + protocol));
            if (container.state().canExec()) {
                forwarder.remove(paths.runtime(container.id()), forwardOf(port));
            }
            List<PortRequest> ports =
                    new ArrayList<>(container.record().config().ports());
            ports.remove(port);
            container.portWorks(port);
            directory.save(container, record -> record.with(record.config().withPorts(ports)));
        }
        events.publish("port.removed", container.id(), container.name(), attributes(port));
    }

    /** All ports of a container that has just started; the first that cannot be had fails the start. */
    void open(Container container) {
        List<PortRequest> wanted = container.record().config().ports();
        if (wanted.isEmpty()) {
            return;
        }
        List<PortRequest> made = new ArrayList<>();
        for (PortRequest port : wanted) {
            made.add(forward(container, port));
        }
        if (!made.equals(wanted)) {
            directory.save(container, record -> record.with(record.config().withPorts(made)));
        }
    }

    /** After the service was away: what its containers should have is compared with what they have. */
    void reconcile(Container container) {
        List<PortRequest> ports = container.record().config().ports();
        if (ports.isEmpty()) {
            return;
        }
        try {
            List<Forward> wanted = ports.stream().map(Ports::forwardOf).toList();
            forwarder.reconcile(paths.runtime(container.id()), wanted).forEach(failure -> {
                PortRequest port = ports.get(wanted.indexOf(failure.forward()));
                container.portFailed(port, failure.reason());
                events.publish("port.failed", container.id(), container.name(), attributes(port));
            });
        } catch (NetworkException e) {
            ports.forEach(port -> container.portFailed(port, e.getMessage()));
        }
    }

    private PortRequest forward(Container container, PortRequest port) {
        try {
            Forward made = forwarder.add(paths.runtime(container.id()), forwardOf(port));
            return new PortRequest(port.hostAddress(), made.hostPort(), port.containerPort(), port.protocol());
        } catch (NetworkException.CannotForward e) {
            throw new ContainerException.PortRefused(
                    e.reason() == NetworkException.CannotForward.Reason.IN_USE ? "port-in-use" : "port-refused",
                    e.getMessage());
        } catch (NetworkException e) {
            throw new ContainerException.PortRefused("port-refused", e.getMessage());
        }
    }

    private static Forward forwardOf(PortRequest port) {
        return new Forward(
                Forward.Protocol.valueOf(port.protocol().toUpperCase(Locale.ROOT)),
                port.hostAddress(),
                port.hostPort() == null ? 0 : port.hostPort(),
                port.containerPort());
    }

    private static void refuseWithoutNetwork(Container container) {
        if (!container.record().config().network().equals(CreateRequest.SLIRP)) {
            throw new ContainerException.Conflict(
                    "no-network",
                    "cannot forward a port to container " + container.name() + ": it was created with no network");
        }
    }

    private static void refuseDouble(Container container, PortRequest port) {
        for (PortRequest other : container.record().config().ports()) {
            if (port.hostPort() != null
                    && port.hostPort().equals(other.hostPort())
                    && port.protocol().equals(other.protocol())
                    && port.hostAddress().equals(other.hostAddress())) {
                throw new ContainerException.PortRefused(
                        "port-in-use",
                        "cannot forward " + port.hostAddress() + ":" + port.hostPort()
                                + ": this container has it already, for its port " + other.containerPort());
            }
        }
    }

    private static ContainerView.PortView view(Container container, PortRequest port) {
        return container.view().ports().stream()
                .filter(it -> it.containerPort() == port.containerPort()
                        && it.protocol().equals(port.protocol())
                        && java.util.Objects.equals(it.hostPort(), port.hostPort()))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> attributes(PortRequest port) {
        return Map.of(
                "hostAddress", port.hostAddress(),
                "hostPort", String.valueOf(port.hostPort()),
                "containerPort", port.containerPort().toString(),
                "protocol", port.protocol());
    }
}
