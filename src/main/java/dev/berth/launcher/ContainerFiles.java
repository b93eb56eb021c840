package dev.berth.launcher;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Syscalls;
import java.nio.file.Path;

/**
 * The files that every container finds in its /etc, kept in the container's own directory: a change that the program
 * makes to them is there again after a restart of the program, and is made anew at the next start.
 */
final class ContainerFiles {
    private final Syscalls calls;
    private final Path directory;

    ContainerFiles(Syscalls calls, Path directory) {
        this.calls = calls;
        this.directory = directory;
    }

    /** Writes the container's /etc/hosts and gives its path. */
    Path hosts(String hostname, NetworkSpec network) {
        String own = network.address().orElse("127.0.1.1") + "\t" + hostname + "\n";
        return write("hosts", """
                127.0.0.1\tlocalhost
                ::1\tlocalhost ip6-localhost ip6-loopback
                fe00::0\tip6-localnet
                ff00::0\tip6-mcastprefix
                ff02::1\tip6-allnodes
                ff02::2\tip6-allrouters
                """ + own);
    }

    /** Writes the container's /etc/hostname and gives its path. */
    Path hostname(String hostname) {
        return write("hostname", hostname + "\n");
    }

    /**
     * Writes the container's /etc/resolv.conf and gives its path: the network's name server with the search list and the
     * options of the machine's own file.
     */
    Path resolvConf(NetworkSpec network, String machines) {
        StringBuilder text = new StringBuilder();
        network.resolver().ifPresent(resolver -> {
            text.append("nameserver ").append(resolver).append('\n');
            machines.lines()
                    .map(String::strip)
                    .filter(line ->
                            line.startsWith("search ") || line.startsWith("domain ") || line.startsWith("options "))
                    .forEach(line -> text.append(line).append('\n'));
        });
        return write("resolv.conf", text.toString());
    }

    private Path write(String name, String content) {
        Path path = directory.resolve(name);
        int flags = Open.WRONLY | Open.CREAT | Open.TRUNC | Open.NOFOLLOW;
        try (Fd file = new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes(path), flags, 0644))) {
            // The container's root may have changed it; it is the same user as we are.
            calls.fchown(file.number(), 0, 0);
            calls.fchmod(file.number(), 0644);
            calls.writeFully(file.number(), Syscalls.bytes(content));
        }
        return path;
    }
}
