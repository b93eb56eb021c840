package dev.berth.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program that connects a container's network namespace to the user's own sockets.
 *
 * @see <a href="https://github.com/rootless-containers/slirp4netns/blob/master/slirp4netns.1.md">slirp4netns(1)</a>
 */
public final class Slirp4netns {
    /** The name of the API's socket in a container's runtime directory. */
    public static final String API_SOCKET = "network";

    private static final String NAME = "slirp4netns";
    private static final SlirpVersion NEEDED = new SlirpVersion(1, 1, 0);
    private static final int PATIENCE_SECONDS = 10;

    private final Path program;

    private Slirp4netns(Path program) {
        this.program = program;
    }

    /**
     * Looks for the program.
     *
     * @param searchPath the directories to look in, as in PATH
     * @throws NetworkException.HelperMissing with the command that installs it
     */
    public static Slirp4netns find(String searchPath) {
        for (String directory : (searchPath + ":/usr/local/bin:/usr/bin:/bin").split(":")) {
            Path candidate = Path.of(directory, NAME);
            if (directory.startsWith("/") && Files.isExecutable(candidate)) {
                return new Slirp4netns(candidate);
            }
        }
        throw new NetworkException.HelperMissing(
                "cannot give a container a network: slirp4netns is not installed; install it with: sudo apt-get install slirp4netns",
                null);
    }

    public Path program() {
        return program;
    }

    /**
     * Program and arguments for one container. The monitor replaces what stands between @: paths of the container's
     * namespaces, descriptors for "ready" and "end", the path of the API's socket.
     */
    public List<String> arguments(Subnet subnet) {
        return List.of(
                program.toString(),
                "--configure",
                "--cidr=" + subnet.cidr(),
                "--mtu=65520",
                "--disable-host-loopback",
                "--enable-sandbox",
                "--enable-seccomp",
                "--ready-fd=@READYFD@",
                "--exit-fd=@EXITFD@",
                "--api-socket=@APISOCK@",
                "--userns-path=@USERNS@",
                "--netns-type=path",
                "@NETNS@",
                "tap0");
    }

    /**
     * Asks the program for its version.
     *
     * @throws NetworkException.HelperMissing when it is too old or does not run
     */
    public SlirpVersion version() {
        String output = run("--version");
        SlirpVersion version = SlirpVersion.parse(output);
        if (version.compareTo(NEEDED) < 0) {
            throw new NetworkException.HelperMissing(
                    "%s is version %s, and Berth needs %s or newer; upgrade the package slirp4netns"
                            .formatted(program, version, NEEDED),
                    null);
        }
        return version;
    }

    private String run(String argument) {
        try {
            Process process = new ProcessBuilder(program.toString(), argument)
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new NetworkException.HelperMissing(program + " does not answer when asked for its version", null);
            }
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new NetworkException.HelperMissing("cannot run %s: %s".formatted(program, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NetworkException.HelperMissing("interrupted while asking for the version of " + program, e);
        }
    }
}
