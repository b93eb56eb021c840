package dev.berth.launcher;

import java.util.List;
import java.util.Optional;

/**
 * The network of a container, always a namespace of its own.
 *
 * @param helper the program that serves the network and its arguments, in which the monitor replaces
 *     {@code @USERNS@ @NETNS@ @READYFD@ @EXITFD@ @APISOCK@}; empty = loopback only
 * @param address the container's own, for its /etc/hosts
 * @param resolver the name server for its /etc/resolv.conf
 */
public record NetworkSpec(List<String> helper, Optional<String> address, Optional<String> resolver) {
    /** Loopback only. */
    public static final NetworkSpec NONE = new NetworkSpec(List.of(), Optional.empty(), Optional.empty());

    public NetworkSpec {
        helper = List.copyOf(helper);
    }
}
