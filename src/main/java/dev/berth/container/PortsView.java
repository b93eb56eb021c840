package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.berth.network.PortHolders;
import java.util.Comparator;
import java.util.List;

/** The ports of the machine: those that lead to containers, and all that somebody listens on. */
public record PortsView(List<Forwarded> forwards, List<Taken> taken) {
    /** A forward. @param container its id */
    public record Forwarded(
            String container, String name, @JsonUnwrapped ContainerView.PortView port) {}

    /**
     * A port that somebody listens on.
     *
     * @param address of this machine; 0.0.0.0 or :: for all
     * @param holder null when it is another user's program: only that one and the administrator can see which
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Taken(String protocol, String address, int port, Holder holder) {}

    /** A program. */
    public record Holder(int pid, String name) {}

    /** @param containers all, with the ports that each asks for */
    static PortsView of(List<ContainerView> containers, PortHolders holders) {
        List<Forwarded> forwards = containers.stream()
                .flatMap(view -> view.ports().stream().map(port -> new Forwarded(view.id(), view.name(), port)))
                .toList();
        List<Taken> taken = holders.taken().stream()
                .map(port -> new Taken(
                        port.protocol().text(),
                        port.address(),
                        port.port(),
                        port.holder().map(it -> new Holder(it.pid(), it.name())).orElse(null)))
                .distinct()
                .sorted(Comparator.comparing(Taken::port).thenComparing(Taken::protocol))
                .toList();
        return new PortsView(forwards, taken);
    }
}
