package dev.berth.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds out which program listens on which port of the machine. Of other users' programs only that they are there can be
 * seen.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_net.5.html">proc_pid_net(5)</a>
 */
public final class PortHolders {
    private static final String LISTENING = "0A";
    private static final String UNCONNECTED = "07";
    private static final int FIELD_LOCAL = 1;
    private static final int FIELD_STATE = 3;
    private static final int FIELD_INODE = 9;

    private final Path proc;
    private final SocketOwners owners;

    /**
     * @param proc the proc file system
     * @param owners who knows which program has which socket
     */
    public PortHolders(Path proc, SocketOwners owners) {
        this.proc = proc;
        this.owners = owners;
    }

    /** A program. */
    public record Holder(int pid, String name) {
        @Override
        public String toString() {
            return "%s (pid %d)".formatted(name, pid);
        }
    }

    /** A port of the machine that somebody listens on; the holder is empty when it is another user's. */
    public record Taken(Forward.Protocol protocol, String address, int port, Optional<Holder> holder) {}

    /** A line of the kernel's tables. */
    private record Socket(Forward.Protocol protocol, InetAddress address, int port, String state, long inode) {
        boolean waits() {
            return state.equals(protocol == Forward.Protocol.TCP ? LISTENING : UNCONNECTED);
        }

        /** As people write it: the first zeros of an IPv6 address left out. */
        String text() {
            return address.getHostAddress().replaceFirst("(^|:)0(:0)+(:|$)", "::");
        }

        /** Whether nobody else can listen there because of it. */
        boolean blocks(Forward.Protocol wantedProtocol, InetAddress wanted, int wantedPort) {
            return protocol == wantedProtocol
                    && port == wantedPort
                    && (address.isAnyLocalAddress() || wanted.isAnyLocalAddress() || address.equals(wanted));
        }
    }

    /** Whose socket keeps others from listening there: one that listens, else one that uses the port as its own end. */
    public Optional<Holder> find(Forward.Protocol protocol, InetAddress address, int port) {
        List<Socket> blocking =
                sockets().filter(it -> it.blocks(protocol, address, port)).toList();
        Map<Long, Holder> holders = owners.holders();
        return Stream.of(true, false)
                .flatMap(waits -> blocking.stream().filter(socket -> socket.waits() == waits))
                .flatMap(socket -> Stream.ofNullable(holders.get(socket.inode())))
                .findFirst();
    }

    /** Every port that somebody listens on. */
    public List<Taken> taken() {
        Map<Long, Holder> holders = owners.holders();
        return sockets()
                .filter(Socket::waits)
                .map(socket -> new Taken(
                        socket.protocol(),
                        socket.text(),
                        socket.port(),
                        Optional.ofNullable(holders.get(socket.inode()))))
                .toList();
    }

    private Stream<Socket> sockets() {
        List<Socket> sockets = new ArrayList<>();
        for (Forward.Protocol protocol : Forward.Protocol.values()) {
            for (String file : List.of(protocol.text(), protocol.text() + "6")) {
                for (String line : lines(proc.resolve("net").resolve(file))) {
                    socket(protocol, line).ifPresent(sockets::add);
                }
            }
        }
        return sockets.stream();
    }

    /** Empty for the line of titles. */
    private static Optional<Socket> socket(Forward.Protocol protocol, String line) {
        String[] fields = line.strip().split("\\s+");
        if (fields.length <= FIELD_INODE || !fields[FIELD_LOCAL].contains(":")) {
            return Optional.empty();
        }
        String[] local = fields[FIELD_LOCAL].split(":");
        return Optional.of(new Socket(
                protocol,
                address(local[0]),
                Integer.parseInt(local[1], 16),
                fields[FIELD_STATE],
                Long.parseLong(fields[FIELD_INODE])));
    }

    /** The kernel prints each word of an address as the machine's own number. */
    private static InetAddress address(String hex) {
        ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        ByteBuffer address = ByteBuffer.allocate(words.capacity()).order(ByteOrder.nativeOrder());
        while (words.hasRemaining()) {
            address.putInt(words.getInt());
        }
        try {
            return InetAddress.getByAddress(address.array());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("the kernel told an address of " + hex.length() / 2 + " bytes", e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of(); // no IPv6
        }
    }
}
