package dev.berth.network;

import dev.berth.network.NetworkException.CannotForward;
import dev.berth.network.NetworkException.CannotForward.Reason;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Binds a port for a moment, because slirp4netns says the same for every failure: a busy port, a privileged one, an
 * address that the machine does not have. One at a time, so that no probe finds another one's port busy.
 */
final class PortProbe {
    private static final int TRIES = 1000;
    private static final int FIRST_UNPRIVILEGED = 1024;

    private final Path proc;
    private final PortHolders holders;

    PortProbe(Path proc, PortHolders holders) {
        this.proc = proc;
        this.holders = holders;
    }

    /** @throws CannotForward with the reason when the port cannot be bound */
    void check(Forward forward) {
        try {
            bind(forward);
        } catch (SocketException e) {
            throw reason(forward, e);
        } catch (IOException e) {
            throw refused(forward, String.valueOf(e.getMessage()));
        }
    }

    /**
     * The same forward with a port that is free now.
     *
     * @param reserved those that are not to be taken though nobody has them now
     */
    Forward free(Forward forward, Predicate<Forward> reserved) {
        try {
            for (int i = 0; i < TRIES; i++) {
                Forward free = forward.withPort(bind(forward.withPort(0)));
                if (!reserved.test(free)) {
                    return free;
                }
            }
            throw refused(forward, "every free port is another container's");
        } catch (SocketException e) {
            throw reason(forward, e);
        } catch (IOException e) {
            throw refused(forward, String.valueOf(e.getMessage()));
        }
    }

    private static synchronized int bind(Forward forward) throws IOException {
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
                            .formatted(forward, firstUnprivileged(), forward.hostPort()));
        }
        if (text.contains("Address already in use")) {
            return new CannotForward(
                    Reason.IN_USE,
                    "cannot forward %s: taken by %s; choose another port or stop it"
                            .formatted(
                                    forward,
                                    holder(forward)
                                            .map(PortHolders.Holder::toString)
                                            .orElse("a program that is not yours (sudo ss -tulnp shows it)")));
        }
        if (text.contains("Cannot assign requested address")) {
            return new CannotForward(
                    Reason.NO_SUCH_ADDRESS,
                    "cannot forward %s: this machine has no address %s; look with: ip addr"
                            .formatted(forward, forward.hostAddress()));
        }
        return refused(forward, text);
    }

    private Optional<PortHolders.Holder> holder(Forward forward) {
        try {
            return holders.find(forward.protocol(), InetAddress.getByName(forward.hostAddress()), forward.hostPort());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** By lines: the kernel gives a sysctl to the first read alone, and that of readString asks for one byte. */
    private int firstUnprivileged() {
        try {
            return Integer.parseInt(Files.readAllLines(proc.resolve("sys/net/ipv4/ip_unprivileged_port_start"))
                    .get(0)
                    .strip());
        } catch (IOException | NumberFormatException e) {
            return FIRST_UNPRIVILEGED;
        }
    }

    private static CannotForward refused(Forward forward, String reason) {
        return new CannotForward(Reason.REFUSED, "cannot forward %s: %s".formatted(forward, reason));
    }
}
