package dev.berth.network;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The IPv4 networks that this machine is in, or has a way to: what its default route leads to is no such. */
final class MachineNetworks {
    private static final int DESTINATION = 1;
    private static final int MASK = 7;

    private MachineNetworks() {}

    /** @param proc the proc file system. What cannot be read tells of no network. */
    static List<Ipv4Network> read(Path proc) {
        List<Ipv4Network> networks = new ArrayList<>();
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(it -> it.getInterfaceAddresses().stream())
                    .filter(it -> it.getAddress() instanceof Inet4Address)
                    .map(MachineNetworks::network)
                    .forEach(networks::add);
        } catch (SocketException e) {
            System.getLogger(MachineNetworks.class.getName())
                    .log(System.Logger.Level.DEBUG, "cannot list the interfaces of this machine", e);
        }
        networks.addAll(routes(proc));
        networks.removeIf(it -> it.prefix() == 0);
        return networks;
    }

    private static Ipv4Network network(InterfaceAddress address) {
        return Ipv4Network.of(address.getAddress(), address.getNetworkPrefixLength());
    }

    /** {@code /proc/net/route}, of which each line has destination and mask as the machine's own numbers have their bytes: proc(5). */
    private static List<Ipv4Network> routes(Path proc) {
        List<Ipv4Network> routes = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(proc.resolve("net/route"))) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > MASK && fields[DESTINATION].matches("[0-9A-Fa-f]{8}")) {
                    routes.add(new Ipv4Network(number(fields[DESTINATION]), Integer.bitCount(number(fields[MASK]))));
                }
            }
        } catch (IOException e) {
            return routes; // a kernel without IPv4 has none
        }
        return routes;
    }

    private static int number(String hexadecimal) {
        return Integer.reverseBytes(Integer.parseUnsignedInt(hexadecimal, 16));
    }
}
