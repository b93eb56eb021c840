package dev.berth.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /** @param proc the proc file system */
    public PortHolders(Path proc) {
        this.proc = proc;
    }

    /** A program. */
    public record Holder(int pid, String name) {
        @Override
        public String toString() {
            return "%s (pid %d)".formatted(name, pid);
        }
    }

    /** A port of the machine that somebody listens on; the holder is empty when it is another user's. */
    public record Taken(Forward.Protocol protocol, int port, Optional<Holder> holder) {}

    /** Who listens on a port. */
    public Optional<Holder> find(Forward.Protocol protocol, int port) {
        return taken().stream()
                .filter(t -> t.protocol() == protocol && t.port() == port)
                .flatMap(t -> t.holder().stream())
                .findFirst();
    }

    /** Every port that somebody listens on. */
    public List<Taken> taken() {
        Map<Long, Holder> holders = sockets();
        List<Taken> taken = new ArrayList<>();
        for (Forward.Protocol protocol : Forward.Protocol.values()) {
            for (String file : List.of(protocol.text(), protocol.text() + "6")) {
                taken.addAll(listening(protocol, proc.resolve("net").resolve(file), holders));
            }
        }
        return taken;
    }

    private static List<Taken> listening(Forward.Protocol protocol, Path table, Map<Long, Holder> holders) {
        String wanted = protocol == Forward.Protocol.TCP ? LISTENING : UNCONNECTED;
        List<Taken> taken = new ArrayList<>();
        for (String line : lines(table)) {
            String[] fields = line.strip().split("\\s+");
            if (fields.length > FIELD_INODE && fields[FIELD_STATE].equals(wanted)) {
                String local = fields[FIELD_LOCAL];
                int port = Integer.parseInt(local.substring(local.indexOf(':') + 1), 16);
                Holder holder = holders.get(Long.parseLong(fields[FIELD_INODE]));
                taken.add(new Taken(protocol, port, Optional.ofNullable(holder)));
            }
        }
        return taken;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of(); // no IPv6
        }
    }

    /** The sockets of every process whose descriptors may be looked at, by inode. */
    private Map<Long, Holder> sockets() {
        Map<Long, Holder> sockets = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                addSockets(process, sockets);
            }
        } catch (IOException e) {
            return sockets;
        }
        return sockets;
    }

    private static void addSockets(Path process, Map<Long, Holder> sockets) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                String target = Files.readSymbolicLink(descriptor).toString();
                if (target.startsWith("socket:[")) {
                    long inode = Long.parseLong(target.substring("socket:[".length(), target.length() - 1));
                    sockets.putIfAbsent(inode, holder(process));
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return; // another user's, or it has just ended
        }
    }

    private static Holder holder(Path process) throws IOException {
        String name = Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1)
                .strip();
        return new Holder(Integer.parseInt(process.getFileName().toString()), name);
    }
}
