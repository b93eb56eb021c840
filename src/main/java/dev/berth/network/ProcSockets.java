package dev.berth.network;

import dev.berth.network.PortHolders.Holder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the descriptors of processes. From within a user namespace only those of its own processes, and of those below,
 * can be read, whoever the user is.
 */
public final class ProcSockets implements SocketOwners {
    private static final String SOCKET = "socket:[";

    private final Path proc;

    /** @param proc the proc file system */
    public ProcSockets(Path proc) {
        this.proc = proc;
    }

    @Override
    public Map<Long, Holder> holders() {
        Map<Long, Holder> holders = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                add(process, holders);
            }
        } catch (IOException e) {
            return holders;
        }
        return holders;
    }

    private static void add(Path process, Map<Long, Holder> holders) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                String target = target(descriptor);
                if (target.startsWith(SOCKET)) {
                    long inode = Long.parseLong(target.substring(SOCKET.length(), target.length() - 1));
                    holders.putIfAbsent(inode, holder(process));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // another user's, or it has just ended
        }
    }

    /** Empty when it was closed meanwhile. */
    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private static Holder holder(Path process) throws IOException {
        String name = Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1)
                .strip();
        return new Holder(Integer.parseInt(process.getFileName().toString()), name);
    }
}
