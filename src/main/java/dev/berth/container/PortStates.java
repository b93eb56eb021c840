package dev.berth.container;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which forwards of a container work now, and why others do not. One that is neither waits for the container to run. */
final class PortStates {
    private final Set<PortRequest> working = new HashSet<>();
    private final Map<PortRequest, String> failures = new HashMap<>();

    void works(PortRequest port) {
        failures.remove(port);
        working.add(port);
    }

    void failed(PortRequest port, String why) {
        working.remove(port);
        failures.put(port, why);
    }

    /** It is no forward of the container any more, or another one. */
    void forget(PortRequest port) {
        working.remove(port);
        failures.remove(port);
    }

    void clear() {
        working.clear();
        failures.clear();
    }

    boolean isWorking(PortRequest port) {
        return working.contains(port);
    }

    boolean hasFailed(PortRequest port) {
        return failures.containsKey(port);
    }

    ContainerView.PortView view(PortRequest port) {
        String failure = failures.get(port);
        return new ContainerView.PortView(
                port.hostAddress(),
                port.hostPort(),
                port.containerPort(),
                port.protocol(),
                failure != null ? "failed" : working.contains(port) ? "active" : "pending",
                failure);
    }
}
