package dev.berth.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The 256 addresses of which slirp4netns gives one to a container, one to its gateway and one to its name server.
 *
 * @param beginning the first three numbers
 * @see <a href="https://github.com/rootless-containers/slirp4netns/blob/master/slirp4netns.1.md">slirp4netns(1), --cidr</a>
 */
public record Subnet(String beginning) {
    /** slirp4netns' own choice. */
    public static final Subnet USUAL = new Subnet("10.0.2");

    private static final int PREFIX = 24;

    /** That of a container with this address. */
    public static Subnet ofAddress(String address) {
        return new Subnet(address.substring(0, address.lastIndexOf('.')));
    }

    /**
     * The usual one, unless this machine has to do with such addresses itself, as each has that runs in VirtualBox or QEMU: what has one
     * could not be answered from inside, nor reached. Then the first of many with which it has not.
     *
     * @param proc the proc file system
     */
    public static Subnet choose(Path proc) {
        return choose(MachineNetworks.read(proc));
    }

    static Subnet choose(List<Ipv4Network> taken) {
        return Stream.concat(
                        IntStream.rangeClosed(2, 254).mapToObj(i -> "10.0." + i),
                        Stream.concat(
                                IntStream.rangeClosed(0, 255).mapToObj(i -> "172.30." + i),
                                IntStream.rangeClosed(100, 250).mapToObj(i -> "192.168." + i)))
                .map(Subnet::new)
                .filter(subnet -> taken.stream().noneMatch(subnet.network()::overlaps))
                .findFirst()
                .orElse(USUAL);
    }

    private Ipv4Network network() {
        try {
            return Ipv4Network.of(InetAddress.getByName(beginning + ".0"), PREFIX);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(beginning + " are not three numbers of an address", e);
        }
    }

    /** In the notation of slirp4netns. */
    public String cidr() {
        return beginning + ".0/" + PREFIX;
    }

    /** The container's own. */
    public String address() {
        return beginning + ".100";
    }

    /** The name server that answers with what the machine's own one says. */
    public String resolver() {
        return beginning + ".3";
    }
}
