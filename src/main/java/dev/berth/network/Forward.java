package dev.berth.network;

/**
 * A port of the machine that leads to a port of a container.
 *
 * @param hostAddress an IPv4 address of the machine, 127.0.0.1 unless the user says otherwise
 */
public record Forward(Protocol protocol, String hostAddress, int hostPort, int containerPort) {
    /** What is forwarded. */
    public enum Protocol {
        TCP,
        UDP;

        /** As users and slirp4netns write it: {@code tcp}. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    Forward withPort(int port) {
        return new Forward(protocol, hostAddress, port, containerPort);
    }

    /** Whether it leads to the same port of the container from the same address, whatever the port of the machine. */
    boolean isAnotherWayTo(Forward other) {
        return withPort(0).equals(other.withPort(0));
    }

    /** {@code 127.0.0.1:8080/tcp}. */
    @Override
    public String toString() {
        return hostAddress + ":" + hostPort + "/" + protocol.text();
    }
}
