package dev.berth.container;

import dev.berth.network.Forward;
import dev.berth.network.NetworkException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The forwards of containers: kept in the record, made when it runs. */
final class Forwards {
    private final Machine machine;
    private final ContainerTree tree;
    private final ContainerRecords records;
    private final Events events;
    private final Shelf shelf;

    /** Why a forward of a running container could not be made. */
    private final Map<String, String> failures = new ConcurrentHashMap<>();

    Forwards(Containers.Parts parts) {
        this.machine = parts.machine();
        this.tree = parts.machine().tree();
        this.records = parts.records();
        this.events = parts.events();
        this.shelf = parts.shelf();
    }

    /**
     * Makes all forwards of a container that has just started; what is free-for-choice gets its number once and keeps it.
     *
     * @throws NetworkException when one cannot be had
     */
    void apply(Container container) {
        Path sockets = tree.socketsOf(container.id());
        List<PortRequest> settled = new ArrayList<>();
        for (PortRequest wanted : container.record().forwards()) {
            settled.add(request(machine.forwarder().add(sockets, forward(wanted))));
        }
        clear(container);
        if (!settled.equals(container.record().forwards())) {
            container.become(container.record().forwarding(settled));
            records.write(container.record());
        }
    }

    /** Brings the forwards of a container that ran on while the service was away to what they should be. */
    void reconcile(Container container) {
        if (container.record().config().network().equals(CreateRequest.NO_NETWORK)) {
            return;
        }
        clear(container);
        try {
            machine.forwarder()
                    .reconcile(
                            tree.socketsOf(container.id()),
                            container.record().forwards().stream()
                                    .filter(port -> port.hostPort() != null)
                                    .map(Forwards::forward)
                                    .toList())
                    .forEach(failure -> fail(container, failure.forward(), failure.reason()));
        } catch (NetworkException e) {
            container.record().forwards().forEach(port -> fail(container, forward(port), e.getMessage()));
        }
    }

    private void fail(Container container, Forward forward, String reason) {
        failures.put(key(container, request(forward)), reason);
        events.publish("port.failed", container, attributes(request(forward)));
    }

    /** Adds one, at once when the container runs. */
    ContainerView.PortView add(Container container, PortRequest wanted) {
        try (Container.Held held = container.hold()) {
            if (container.record().config().network().equals(CreateRequest.NO_NETWORK)) {
                throw new ContainerException.Conflict(
                        "no-network", "cannot forward a port to " + container.name() + ": it has network \"none\"");
            }
            if (container.state() != ContainerState.RUNNING) {
                throw new ContainerException.Conflict(
                        "wrong-state",
                        "cannot forward a port to " + container.name() + ": it is "
                                + container.state().word() + "; start it first");
            }
            refuseTwice(container, wanted);
            PortRequest made;
            try {
                made = request(machine.forwarder().add(tree.socketsOf(container.id()), forward(wanted)));
            } catch (NetworkException e) {
                throw Sentences.of(e);
            }
            List<PortRequest> all = new ArrayList<>(container.record().forwards());
            all.add(made);
            container.become(container.record().forwarding(all));
            records.write(container.record());
            events.publish("port.added", container, attributes(made));
            return view(container, made);
        }
    }

    /** Of stopped containers too: their port would be missed at the next start. */
    private void refuseTwice(Container container, PortRequest wanted) {
        for (Container other : shelf.all()) {
            for (PortRequest port : other.record().forwards()) {
                boolean same = Objects.equals(port.hostPort(), wanted.hostPort())
                        && wanted.hostPort() != null
                        && port.protocol().equals(wanted.protocol())
                        && port.hostAddress().equals(wanted.hostAddress());
                if (same && (other == container || other.state().isAlive())) {
                    throw new ContainerException.Conflict(
                            "port-in-use",
                            "cannot forward " + forward(wanted) + ": it leads to port " + port.containerPort() + " of "
                                    + other.name() + " already; choose another port or remove that forward");
                }
            }
        }
    }

    void remove(Container container, String protocol, int hostPort, String hostAddress) {
        try (Container.Held held = container.hold()) {
            PortRequest found = container.record().forwards().stream()
                    .filter(port -> port.protocol().equals(protocol)
                            && Objects.equals(port.hostPort(), hostPort)
                            && (hostAddress == null || port.hostAddress().equals(hostAddress)))
                    .findFirst()
                    .orElseThrow(() -> new ContainerException.NotFound("no forward of " + container.name()
                            + " has the port " + hostPort + "/" + protocol + " of this machine"));
            List<PortRequest> rest = new ArrayList<>(container.record().forwards());
            rest.remove(found);
            container.become(container.record().forwarding(rest));
            records.write(container.record());
            failures.remove(key(container, found));
            if (container.state().isAlive()) {
                try {
                    machine.forwarder().remove(tree.socketsOf(container.id()), forward(found));
                } catch (NetworkException e) {
                    throw Sentences.of(e);
                }
            }
            events.publish("port.removed", container, attributes(found));
        }
    }

    void clear(Container container) {
        failures.keySet().removeIf(key -> key.startsWith(container.id().value()));
    }

    List<ContainerView.PortView> views(Container container) {
        return container.record().forwards().stream()
                .map(port -> view(container, port))
                .toList();
    }

    private ContainerView.PortView view(Container container, PortRequest port) {
        Optional<String> failure = Optional.ofNullable(failures.get(key(container, port)));
        String state = failure.isPresent() ? "failed" : container.state().isAlive() ? "active" : "pending";
        return new ContainerView.PortView(
                port.hostAddress(),
                port.hostPort(),
                port.containerPort(),
                port.protocol(),
                state,
                failure.orElse(null));
    }

    private static String key(Container container, PortRequest port) {
        return container.id() + " " + port;
    }

    static Forward forward(PortRequest port) {
        return new Forward(
                Forward.Protocol.valueOf(port.protocol().toUpperCase(Locale.ROOT)),
                port.hostAddress(),
                port.hostPort() == null ? 0 : port.hostPort(),
                port.containerPort());
    }

    private static PortRequest request(Forward forward) {
        return new PortRequest(
                forward.hostAddress(),
                forward.hostPort() == 0 ? null : forward.hostPort(),
                forward.containerPort(),
                forward.protocol().text());
    }

    private static Map<String, String> attributes(PortRequest port) {
        return Map.of(
                "hostAddress", port.hostAddress(),
                "hostPort", String.valueOf(port.hostPort()),
                "containerPort", String.valueOf(port.containerPort()),
                "protocol", port.protocol());
    }
}
