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
        if (!Files.isDirectory(SYSTEMD)) {
            return Check.warning(
                    "cgroups", "version 2, but no systemd that would delegate a group: no limits can be set", null);
        }
        return found(2, patient.inside() ? home.controllers() : offered(), unifiedRemedy());
    }

    /** The controllers that a service would get if it were started now. */
    private Set<String> offered() {
        Path giver = systemUser() ? CGROUPS : manager();
        if (!systemUser() && !ServiceCgroup.staysAsLong(patient.user())) {
            return Set.of();
        }
        return Set.of(
                SystemFile.line(giver.resolve("cgroup.controllers")).orElse("").split(" "));
    }

    private boolean systemUser() {
        return patient.user().name().equals(ServiceUser.SYSTEM_USER);
    }

    /** The group of the user's own systemd, which is there while he has a session, or lingers. */
    private Path manager() {
        return CGROUPS.resolve(USER_MANAGER.formatted(patient.user().uid()));
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

    private String unifiedRemedy() {
        String user = patient.user().name();
        if (!systemUser() && !ServiceCgroup.staysAsLong(patient.user())) {
            return "sudo loginctl enable-linger " + user + ", then start Berth anew: a group that ends when " + user
                    + " logs out would take the containers along";
        }
        return systemUser() || Files.exists(manager())
                ? DELEGATE
                : "log in as " + user + " by ssh or at the desktop: su and sudo make no session";
    }

    private Check lingering() {
        String user = patient.user().name();
        if (!Files.isDirectory(SYSTEMD) || patient.user().isRoot() || systemUser()) {
            return Check.ok("lingering", "no systemd session ends Berth at log-out");
        }
        return ServiceCgroup.lingers(patient.user())
                ? Check.ok("lingering", "containers go on after " + user + " has logged out")
                : Check.warning(
                        "lingering",
                        "when " + user + " logs out, systemd ends containers and removes XDG_RUNTIME_DIR",
                        "sudo loginctl enable-linger " + user);
    }
}
