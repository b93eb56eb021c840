package dev.berth.host;

import dev.berth.linux.Mode;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whom the service runs as: the caller, or, when root calls, the system user {@code berth}, so that container root is never the
 * machine's root.
 *
 * @param groups supplementary groups to take when becoming that user; not used for the caller itself
 */
public record ServiceUser(Caller who, boolean other, List<Integer> groups) {
    public static final String SYSTEM_USER = "berth";
    private static final Path TUN = Path.of("/dev/net/tun");
    private static final Path PRIVATE_TUN = Path.of("/dev/net/berth-tun");

    static ServiceUser of(Caller caller, Accounts accounts) {
        if (!caller.isRoot()) {
            return new ServiceUser(caller, false, List.of());
        }
        Caller system = accounts.user(SYSTEM_USER)
                .orElseThrow(() -> new HostException("cannot run the service as root: there is no system user "
                        + SYSTEM_USER + " for it; create it with: ./berth --yes doctor"));
        if (system.isRoot()) {
            throw new HostException("cannot run the service: the user " + SYSTEM_USER + " has uid 0");
        }
        return new ServiceUser(system, true, accounts.supplementaryGroups(SYSTEM_USER));
    }

    /**
     * Makes the directories of the service and gives them to its user. What is inside stays as it is, so only a directory that
     * is new, empty or the user's already is taken: root's own files are never given away.
     */
    void handOver(Paths paths) {
        for (Path directory : List.of(paths.dataDir(), paths.runtimeDir())) {
            try {
                makeParents(directory);
                handOver(directory);
            } catch (IOException e) {
                throw new HostException(
                        "cannot hand " + directory + " to the user " + who.name() + ": " + PrivateDirectory.reason(e),
                        e);
            }
        }
    }

    private static void makeParents(Path directory) throws IOException {
        if (directory.getParent() != null) {
            Files.createDirectories(directory.getParent());
        }
    }

    private void handOver(Path directory) throws IOException {
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            Map<String, Object> found =
                    Files.readAttributes(directory, "unix:uid,isDirectory", LinkOption.NOFOLLOW_LINKS);
            if ((int) found.get("uid") == who.uid()) {
                return;
            }
            try (var entries = Files.list(directory)) {
                if (!(boolean) found.get("isDirectory") || entries.findAny().isPresent()) {
                    throw new HostException("cannot hand " + directory + " to the user " + who.name()
                            + ": it belongs to uid " + found.get("uid") + " and is not empty");
                }
            }
        }
        Files.setAttribute(directory, "unix:uid", who.uid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(directory, "unix:gid", who.gid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(directory, "unix:mode", 0700, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * A tun node that the user may open, where the machine's own is root's alone; the service binds it over the machine's in its
     * own mount namespace. It lives in /dev, since most other places are mounted nodev.
     */
    Optional<Path> privateTun(Syscalls calls) {
        try {
            Stat machine = calls.statx(-100, Syscalls.bytes(TUN), 0);
            if ((machine.mode() & 0006) == 0006) {
                return Optional.empty();
            }
            if (!Files.exists(PRIVATE_TUN)) {
                calls.mknodat(-100, Syscalls.bytes(PRIVATE_TUN), Mode.CHARACTER | 0600, machine.rdevice());
            }
            calls.fchownat(-100, Syscalls.bytes(PRIVATE_TUN), who.uid(), who.gid(), 0);
            return Optional.of(PRIVATE_TUN);
        } catch (SyscallException e) {
            return Optional.empty(); // no tun at all: doctor and the first container with a network say so
        }
    }
}
