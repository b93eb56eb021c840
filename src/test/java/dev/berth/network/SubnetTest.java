package dev.berth.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubnetTest {
    @TempDir
    Path proc;

    private static Ipv4Network network(String address, int prefix) throws Exception {
        return Ipv4Network.of(InetAddress.getByName(address), prefix);
    }

    private static String chosen(Ipv4Network... taken) {
        return Subnet.choose(List.of(taken)).beginning();
    }

    @Test
    void itIsTheUsualOneUnlessTheMachineHasSuchAddressesItself() throws Exception {
        assertEquals("10.0.2", chosen());
        assertEquals("10.0.2", chosen(network("127.0.0.1", 8), network("192.168.1.7", 24), network("10.0.3.1", 24)));
        assertEquals("10.0.3", chosen(network("10.0.2.15", 24)), "in VirtualBox and QEMU");
        assertEquals("10.0.3", chosen(network("10.0.2.200", 32)));
        assertEquals("10.0.4", chosen(network("10.0.2.15", 23)));
        assertEquals("172.30.0", chosen(network("10.200.1.1", 8)), "a way to a company");
        assertEquals("172.30.1", chosen(network("10.0.0.0", 16), network("172.30.0.9", 32)));
        assertEquals("192.168.100", chosen(network("10.0.0.0", 8), network("172.16.0.0", 12)));
        assertEquals("10.0.2", chosen(network("10.0.0.0", 8), network("172.16.0.0", 12), network("192.168.0.0", 16)));
    }

    @Test
    void itsAddressesAreThoseThatSlirp4netnsGives() {
        assertEquals("10.0.2.0/24", Subnet.USUAL.cidr());
        assertEquals("10.0.2.100", Subnet.USUAL.address());
        assertEquals("10.0.2.3", Subnet.USUAL.resolver());
        Subnet other = new Subnet("172.30.7");
        assertEquals(other, Subnet.ofAddress(other.address()));
    }

    @Test
    void routesAreNetworksOfTheMachineButTheDefaultOneIsNot() throws Exception {
        Files.createDirectories(proc.resolve("net"));
        List<String> lines = new ArrayList<>(List.of(
                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
                "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0"));
        Files.write(proc.resolve("net/route"), lines);
        List<Ipv4Network> before = MachineNetworks.read(proc);
        lines.add("tun0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0");
        lines.add("garbage");
        Files.write(proc.resolve("net/route"), lines);
        List<Ipv4Network> after = MachineNetworks.read(proc);
        assertEquals(before.size() + 1, after.size());
        assertEquals(network("10.0.2.0", 24), after.get(after.size() - 1));
        assertFalse(before.stream().anyMatch(it -> it.prefix() == 0), before::toString);
        assertTrue(before.contains(network("127.0.0.1", 8)), before::toString);
    }
}
