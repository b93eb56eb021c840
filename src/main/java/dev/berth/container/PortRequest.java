package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.berth.network.Forward;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A forward that is asked for: a port of this machine that leads to one of the container's.
 *
 * @param hostAddress an IPv4 address of this machine; null is 127.0.0.1
 * @param hostPort null for a free one
 * @param protocol tcp or udp; null is tcp
 */
public record PortRequest(
        String hostAddress,
        Integer hostPort,
        @JsonProperty(required = true) Integer containerPort,
        String protocol) {
    private static final String EVERY_ADDRESS = "0.0.0.0";
    private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");

    public PortRequest {
        hostAddress = hostAddress == null ? "127.0.0.1" : hostAddress;
        protocol = protocol == null ? "tcp" : protocol;
        if (hostAddress.contains(":")) {
            throw new ContainerException.Invalid(
                    "hostAddress",
                    "cannot forward from hostAddress \"" + hostAddress
                            + "\": forwards are IPv4 only; use 127.0.0.1, or 0.0.0.0 for every address of this machine");
        }
        if (!IPV4.matcher(hostAddress).matches()) {
            throw new ContainerException.Invalid(
                    "hostAddress",
                    "hostAddress \"" + hostAddress
                            + "\" is no IPv4 address; use 127.0.0.1, 0.0.0.0 or another address of this machine");
        }
        if (hostPort != null) {
            Checks.range("hostPort", hostPort, 1, 65535);
        }
        if (containerPort == null) {
            throw new ContainerException.Invalid("containerPort", "containerPort is missing: say which port to reach");
        }
        Checks.range("containerPort", containerPort, 1, 65535);
        Checks.oneOf("protocol", protocol, List.of("tcp", "udp"));
    }

    PortRequest withHostPort(Integer port) {
        return new PortRequest(hostAddress, port, containerPort, protocol);
    }

    /** Whether only one of the two can be had. */
    boolean overlaps(PortRequest other) {
        return hostPort != null
                && hostPort.equals(other.hostPort)
                && protocol.equals(other.protocol)
                && (hostAddress.equals(other.hostAddress)
                        || hostAddress.equals(EVERY_ADDRESS)
                        || other.hostAddress.equals(EVERY_ADDRESS));
    }

    Forward forward() {
        return new Forward(
                Forward.Protocol.valueOf(protocol.toUpperCase(Locale.ROOT)),
                hostAddress,
                hostPort == null ? 0 : hostPort,
                containerPort);
    }

    /** {@code 127.0.0.1:8080/tcp}. */
    @Override
    public String toString() {
        return forward().toString();
    }
}
