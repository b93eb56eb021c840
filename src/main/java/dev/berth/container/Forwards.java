package dev.berth.container;

import dev.berth.network.Forward;
import dev.berth.network.Guest;
import dev.berth.network.NetworkException.CannotForward;
import dev.berth.network.NetworkException.HelperSilent;
import dev.berth.network.PortForwarder;
import dev.berth.network.PortForwarder.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Makes and removes what leads to a container, knowing what the others have: a free port is none of theirs, and a refusal
 * names the container that has the port.
 */
final class Forwards {
    private final PortForwarder forwarder;
    private final ContainerPaths paths;
    private final Directory directory;

    Forwards(PortForwarder forwarder, ContainerPaths paths, Directory directory) {
        this.forwarder = forwarder;
        this.paths = paths;
        this.directory = directory;
    }

    /**
     * @return with the port of the machine that it has
     * @throws ContainerException.PortRefused with the reason
     * @throws HelperSilent when the container's slirp4netns is not there
     */
    PortRequest make(Container container, PortRequest port) {
        try {
            Forward made = forwarder.add(guest(container), port.forward(), reserved(container));
            return port.withHostPort(made.hostPort());
        } catch (CannotForward e) {
            throw refused(container, port, e);
        }
    }

    /** @throws ContainerException.PortRefused when it could not be made now */
    void check(Container container, PortRequest port) {
        try {
            forwarder.check(port.forward());
        } catch (CannotForward e) {
            throw refused(container, port, e);
        }
    }

    /** With a port of the machine that is free, and that no container has, whether it runs or not. */
    PortRequest choose(Container container, PortRequest port) {
        if (port.hostPort() != null) {
            return port;
        }
        try {
            Forward chosen = forwarder.choose(port.forward(), reserved(container));
            return port.withHostPort(chosen.hostPort());
        } catch (CannotForward e) {
            throw refused(container, port, e);
        }
    }

    /** What is left of a slirp4netns that is gone is nothing: that is no failure. */
    void remove(Container container, PortRequest port) {
        try {
            forwarder.remove(guest(container), port.forward());
        } catch (HelperSilent e) {
            if (!e.isGone()) {
                throw new ContainerException.PortRefused(
                        "port-refused",
                        port,
                        "cannot remove " + port + ": " + e.getMessage() + "; try again in a moment");
            }
        }
    }

    /** @throws HelperSilent when the container's slirp4netns is not there */
    List<Outcome> reconcile(Container container, List<PortRequest> ports) {
        return forwarder.reconcile(
                guest(container), ports.stream().map(PortRequest::forward).toList(), reserved(container));
    }

    private Guest guest(Container container) {
        return new Guest(paths.runtime(container.id()), container.record().addressInside());
    }

    private Predicate<Forward> reserved(Container asking) {
        List<PortRequest> others = others(asking)
                .flatMap(it -> it.record().config().ports().stream())
                .toList();
        return forward -> {
            PortRequest free = new PortRequest(
                    forward.hostAddress(),
                    forward.hostPort(),
                    forward.containerPort(),
                    forward.protocol().text());
            return others.stream().anyMatch(free::overlaps);
        };
    }

    /** Where another container has it, that one is named: its slirp4netns says nothing to a person. */
    private ContainerException.PortRefused refused(Container container, PortRequest port, CannotForward e) {
        if (e.reason() != CannotForward.Reason.IN_USE) {
            return new ContainerException.PortRefused("port-refused", port, e.getMessage());
        }
        String sentence = others(container)
                .flatMap(it -> holding(it, port).stream().map(held -> takenBy(it, held, port)))
                .findFirst()
                .orElse(e.getMessage());
        return new ContainerException.PortRefused("port-in-use", port, sentence);
    }

    private static String takenBy(Container other, PortRequest held, PortRequest port) {
        return "cannot forward %s: taken by container %s, for its port %d; choose another port, or: berth port rm %s %d%s"
                .formatted(
                        port,
                        other.name(),
                        held.containerPort(),
                        other.name(),
                        held.hostPort(),
                        held.protocol().equals("udp") ? "/udp" : "");
    }

    /** The forward of a container that works and that keeps this one from being made. */
    private static Optional<PortRequest> holding(Container container, PortRequest port) {
        synchronized (container) {
            return container.record().config().ports().stream()
                    .filter(port::overlaps)
                    .filter(container.ports()::isWorking)
                    .findFirst();
        }
    }

    private Stream<Container> others(Container container) {
        return directory.all().stream().filter(it -> it != container);
    }
}
