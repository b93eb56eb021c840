package dev.berth.host;

import dev.berth.host.Doctor.Check;
import dev.berth.host.Doctor.Patient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What containers need to reach the world. */
record NetworkChecks(Patient patient) {
    private static final Pattern VERSION = Pattern.compile("slirp4netns version (\\d+)\\.(\\d+)\\S*");
    private static final Path IPV4 = Path.of("/proc/sys/net/ipv4");

    List<Check> all() {
        return List.of(slirp(), dns(), ports());
    }

    private Check slirp() {
        String name = "slirp4netns";
        Optional<Path> program = SystemFile.program(patient.searchPath(), name);
        if (program.isEmpty()) {
            return Check.failed(
                    name,
                    "slirp4netns is not installed, so that containers have no network",
                    "sudo apt-get install slirp4netns");
        }
        return version(ask(program.get()));
    }

    static Check version(String output) {
        Matcher version = VERSION.matcher(output);
        if (!version.find()) {
            return Check.warning(
                    "slirp4netns", "slirp4netns does not tell its version", "look with: slirp4netns --version");
        }
        int number = Integer.parseInt(version.group(1)) * 1000 + Integer.parseInt(version.group(2));
        return number < 1001
                ? Check.failed("slirp4netns", version.group() + " is too old", "install slirp4netns 1.1 or newer")
                : Check.ok("slirp4netns", version.group());
    }

    private static String ask(Path program) {
        try {
            Process process = new ProcessBuilder(program.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** slirp4netns' sandbox shows it only /etc and /run. */
    private Check dns() {
        Path file = Path.of("/etc/resolv.conf");
        if (SystemFile.lines(file).stream().noneMatch(line -> line.strip().startsWith("nameserver"))) {
            return Check.warning("dns", "/etc/resolv.conf names no name server: containers cannot resolve names", null);
        }
        try {
            Path target = file.toRealPath();
            if (!target.startsWith("/etc") && !target.startsWith("/run")) {
                return Check.warning(
                        "dns",
                        "/etc/resolv.conf leads to " + target + ", which slirp4netns' sandbox cannot see",
                        "let it lead to a file below /etc or /run");
            }
        } catch (IOException e) {
            return Check.warning("dns", "cannot read /etc/resolv.conf: " + PrivateDirectory.reason(e), null);
        }
        return Check.ok("dns", "/etc/resolv.conf names a name server");
    }

    private Check ports() {
        String first =
                SystemFile.line(IPV4.resolve("ip_unprivileged_port_start")).orElse("1024");
        return Integer.parseInt(first) <= 1
                ? Check.ok("privileged-ports", "every port of this machine may be forwarded")
                : Check.ok(
                        "privileged-ports",
                        "ports below " + first + " of this machine are root's; to change that: "
                                + "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=80");
    }
}
