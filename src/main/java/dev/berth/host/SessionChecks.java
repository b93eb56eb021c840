package dev.berth.host;

import dev.berth.host.Doctor.Check;
import dev.berth.host.Doctor.Patient;
import dev.berth.linux.CgroupHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Control groups and what becomes of things when the user logs out. None of it keeps a container from running. */
record SessionChecks(Patient patient) {
    private static final Path SYSTEMD = Path.of("/run/systemd/system");
    private static final Path PROC = Path.of("/proc");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final String USER_MANAGER = "user.slice/user-%1$d.slice/user@%1$d.service";
    private static final String DELEGATE =
            "sudo mkdir -p /etc/systemd/system/user@.service.d && printf '[Service]\\nDelegate=cpu"
                    + " cpuset io memory pids\\n' | sudo tee /etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl"
                    + " daemon-reload, then log in anew";

    List<Check> all() {
        return List.of(cgroups(), lingering());
    }

    /** What limits a container may have: the service knows by the group that it is in, a caller by what a service of his would get. */
    private Check cgroups() {
        CgroupHome home = CgroupHome.find(PROC);
        if (!home.isUnified()) {
            return found(1, home.controllers(), legacyRemedy());
        }
        if (patient.inside()) {
            return found(2, home.controllers(), unifiedRemedy());
        }
        if (!Files.isDirectory(SYSTEMD)) {
            return Check.warning(
                    "cgroups", "version 2, but no systemd that would delegate a group: no limits can be set", null);
        }
        Path offered = patient.user().name().equals(ServiceUser.SYSTEM_USER)
                ? CGROUPS
                : CGROUPS.resolve(USER_MANAGER.formatted(patient.user().uid()));
        Set<String> controllers = Set.of(SystemFile.line(offered.resolve("cgroup.controllers"))
                .orElse("")
                .split(" "));
        return found(2, controllers, unifiedRemedy());
    }

    private static Check found(int version, Set<String> controllers, String remedy) {
        List<String> missing = CgroupHome.LIMITING.stream()
                .filter(name -> !controllers.contains(name))
                .toList();
        if (missing.isEmpty()) {
            return Check.ok("cgroups", "version " + version + ": memory, processors and processes can be limited");
        }
        return Check.warning(
                "cgroups",
                "version " + version + ": this user cannot limit " + String.join(", ", missing)
                        + "; containers without such limits run all the same",
                remedy);
    }

    private String legacyRemedy() {
        String places =
                CgroupHome.legacyPlaces(PROC).stream().map(Path::toString).collect(Collectors.joining(" "));
        return "sudo mkdir -p " + places + " && sudo chown -R " + patient.user().name() + " " + places;
    }

    /** Without a session of systemd's there is none that could be asked; with one it hands on what it was given. */
    private String unifiedRemedy() {
        boolean session = Files.exists(
                CGROUPS.resolve(USER_MANAGER.formatted(patient.user().uid())));
        return session
                ? DELEGATE
                : "log in as " + patient.user().name() + " by ssh or at the desktop (su and sudo make no session), or: "
                        + "sudo loginctl enable-linger " + patient.user().name() + " and set XDG_RUNTIME_DIR=/run/user/"
                        + patient.user().uid();
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
