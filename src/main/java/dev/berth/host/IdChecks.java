package dev.berth.host;

import dev.berth.host.Doctor.Check;
import dev.berth.host.Doctor.Patient;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Subordinate ids, and the programs that map them. */
record IdChecks(Patient patient) {
    private static final int SETUID = 04000;

    List<Check> all() {
        return List.of(mapper("newuidmap"), mapper("newgidmap"), ids());
    }

    private Check mapper(String name) {
        Optional<Path> program = SystemFile.program(patient.searchPath(), name);
        if (program.isEmpty()) {
            return Check.failed(name, name + " is not installed", "sudo apt-get install uidmap");
        }
        try {
            int mode = (int) Files.getAttribute(program.get(), "unix:mode");
            if ((mode & SETUID) == 0 && !hasCapabilities(program.get())) {
                return Check.failed(
                        name,
                        program.get() + " is neither setuid root nor has the file capability",
                        "sudo chmod u+s " + program.get());
            }
        } catch (IOException e) {
            return Check.failed(name, "cannot look at " + program.get() + ": " + PrivateDirectory.reason(e), null);
        }
        return Check.ok(name, program.get().toString());
    }

    private boolean hasCapabilities(Path program) {
        try {
            byte[] attribute = "security.capability".getBytes(StandardCharsets.US_ASCII);
            return patient.calls().getxattr(Syscalls.bytes(program), attribute).length > 0;
        } catch (SyscallException e) {
            return false;
        }
    }

    private Check ids() {
        String name = "subordinate-ids";
        String user = patient.user().name();
        if (patient.user().isRoot()) {
            return Check.failed(
                    name, "the service never runs as root, and there is no system user berth yet", "./berth --yes");
        }
        SubordinateIds ids = SubordinateIds.of(patient.user(), Path.of("/etc"), patient.searchPath());
        String remedy = "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + user
                + "\n(where another user has these already, take the next 65536: see /etc/subuid)";
        if (ids.isEmpty()) {
            return Check.warning(
                    name,
                    user + " has no subordinate ids: containers run in single-id mode, where every file is "
                            + "the user's and programs that switch users fail",
                    remedy);
        }
        long least = Math.min(ids.uids().size(), ids.gids().size());
        if (least < SubordinateIds.COMMON) {
            return Check.warning(
                    name,
                    user + " has only " + least + " subordinate ids: images with higher ids cannot be unpacked",
                    remedy);
        }
        return joined(name, ids, user);
    }

    /** A running container keeps the namespace of its day. */
    private Check joined(String name, SubordinateIds ids, String user) {
        List<JoinCandidate> candidates = JoinCandidate.of(patient.paths().dataDir(), Path.of("/proc"));
        String wanted =
                String.join(" ", EnterPlan.Enterer.extents(patient.user().uid(), ids.uids()));
        for (JoinCandidate candidate : candidates) {
            String now = SystemFile.lines(Path.of("/proc/" + candidate.pid() + "/uid_map")).stream()
                    .map(line -> String.join(":", line.strip().split("\\s+")))
                    .reduce((a, b) -> a + " " + b)
                    .orElse("");
            if (!patient.inside() && !now.isEmpty() && !now.equals(wanted)) {
                return Check.warning(
                        name,
                        "/etc/subuid has changed since the running containers were started",
                        "it takes effect when the last of them has ended: berth stop $(berth ps -q)");
            }
        }
        return Check.ok(name, ids.uids().size() + " uids and " + ids.gids().size() + " gids for " + user);
    }
}
