package dev.berth.network;

import dev.berth.network.NetworkException.CannotForward;
import dev.berth.network.NetworkException.CannotForward.Reason;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;

/**
 * Binds a port for a moment, because slirp4netns says the same for every failure: a busy port, a privileged one, an
 * address that the machine does not have.
 */
final class PortProbe {
    private static final int FIRST_UNPRIVILEGED = 1024;

    private final PortHolders holders;

    PortProbe(PortHolders holders) {
        this.holders = holders;
    }

    /** @throws CannotForward with the reason when the port cannot be bound */
    void check(Forward forward) {
        try {
            bind(forward);
        } catch (BindException e) {
            throw reason(forward, e);
        } catch (SocketException e) {
            throw reason(forward, e);
        } catch (IOException e) {
            throw PortForwarder.refused(forward, String.valueOf(e.getMessage()));
        }
    }

    /** The same forward with a port that is free now. */
    Forward free(Forward forward) {
        try {
            int port = bind(new Forward(forward.protocol(), forward.hostAddress(), 0, forward.containerPort()));
            return new Forward(forward.protocol(), forward.hostAddress(), port, forward.containerPort());
        } catch (SocketException e) {
            throw reason(forward, e);
        } catch (IOException e) {
            throw PortForwarder.refused(forward, String.valueOf(e.getMessage()));
        }
    }

    private static int bind(Forward forward) throws IOException {
        InetAddress address = InetAddress.getByName(forward.hostAddress());
        if (forward.protocol() == Forward.Protocol.UDP) {
            try (DatagramSocket socket = new DatagramSocket(null)) {
                socket.bind(new InetSocketAddress(address, forward.hostPort()));
                return socket.getLocalPort();
            }
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // as slirp4netns does: a port in TIME_WAIT is free
            socket.bind(new InetSocketAddress(address, forward.hostPort()));
            return socket.getLocalPort();
        }
    }

    private CannotForward reason(Forward forward, SocketException e) {
        String text = String.valueOf(e.getMessage());
        if (text.contains("Permission denied")) {
            return new CannotForward(
                    Reason.PRIVILEGED,
                    "cannot forward %s: ports below %d are the administrator's; choose a higher one, or: sudo sysctl net.ipv4.ip_unprivileged_port_start=%d"
                            .formatted(forward, FIRST_UNPRIVILEGED, forward.hostPort()));
        }
        if (text.contains("Address already in use")) {
            return new CannotForward(
                    Reason.IN_USE,
                    "cannot forward %s: taken by %s; choose another port or stop it"
                            .formatted(
                                    forward,
                                    holders.find(forward.protocol(), forward.hostPort())
                                            .map(PortHolders.Holder::toString)
                                            .orElse("another program")));
        }
        if (text.contains("Cannot assign requested address")) {
            return new CannotForward(
                    Reason.NO_SUCH_ADDRESS,
                    "cannot forward %s: this machine has no address %s".formatted(forward, forward.hostAddress()));
        }
        return PortForwarder.refused(forward, text);
    }
}
