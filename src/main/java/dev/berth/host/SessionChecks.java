package dev.berth.host;

import dev.berth.host.Doctor.Check;
import dev.berth.host.Doctor.Patient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Control groups and what becomes of things when the user logs out. None of it keeps a container from running. */
record SessionChecks(Patient patient) {
    private static final Path SYSTEMD = Path.of("/run/systemd/system");

    List<Check> all() {
        return List.of(cgroups(), lingering());
    }

    private Check cgroups() {
        Path root = Path.of("/sys/fs/cgroup");
        if (!Files.exists(root.resolve("cgroup.controllers"))) {
            return Check.ok("cgroups", "version 1");
        }
        String own = SystemFile.lines(Path.of("/proc/self/cgroup")).stream()
                .filter(line -> line.startsWith("0::"))
                .map(line -> line.substring(3).strip())
                .findFirst()
                .orElse("/");
        Path delegated = Path.of("/sys/fs/cgroup/user.slice/user-"
                + patient.user().uid() + ".slice/user@" + patient.user().uid() + ".service/cgroup.controllers");
        String controllers = SystemFile.line(
                        Files.exists(delegated) ? delegated : root.resolve(own.substring(1) + "/cgroup.controllers"))
                .orElse("");
        return Check.ok(
                "cgroups", "version 2, controllers for this user: " + (controllers.isEmpty() ? "none" : controllers));
    }

    private Check lingering() {
        String user = patient.user().name();
        if (!Files.isDirectory(SYSTEMD) || patient.user().isRoot() || user.equals(ServiceUser.SYSTEM_USER)) {
            return Check.ok("lingering", "no systemd session ends Berth at log-out");
        }
        return Files.exists(Path.of("/var/lib/systemd/linger", user))
                ? Check.ok("lingering", "containers go on after " + user + " has logged out")
                : Check.warning(
                        "lingering",
                        "when " + user + " logs out, systemd ends containers and removes XDG_RUNTIME_DIR",
                        "sudo loginctl enable-linger " + user);
    }
}
