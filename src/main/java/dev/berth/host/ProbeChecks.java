package dev.berth.host;

import dev.berth.host.Doctor.Check;
import dev.berth.host.Doctor.Patient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Enters U1 for real and does there what every container needs.
 *
 * @param trial present where this is inside already; who comes from outside runs a program for it
 */
record ProbeChecks(Patient patient, Optional<Trial> trial) {
    /** Knows the launcher, which this package does not. */
    private static final String PROGRAM = "dev.berth.ProbeProgram";

    private static final Map<String, String> MEANING = Map.of(
            "owners", "give files to subordinate ids",
            "whiteout", "make whiteouts",
            "overlay", "mount an overlay",
            "tun", "open /dev/net/tun",
            "ping", "send pings for containers",
            "seccomp", "load libseccomp",
            "start", "start a container",
            "scratch", "write to the data directory");

    private static final String HIDDEN = "; parts of this machine's own are hidden, as they are in a container";

    private static final String UNCOVER = """
            where this machine is itself a container, start that with all of /proc and /sys:
            podman run --security-opt unmask=ALL …
            docker run --security-opt systempaths=unconfined …
            lxc config set NAME security.nesting=true (or: incus config set …)
            Kubernetes: securityContext.procMount: Unmasked""";

    private static final String NEST = """
            where this machine is itself a container, start that so that it may nest namespaces:
            podman or docker run --security-opt seccomp=unconfined …
            lxc config set NAME security.nesting=true (or: incus config set …)""";

    List<Check> all() {
        if (trial.isPresent()) {
            return verdicts(new Probe(patient.calls(), patient.paths().dataDir(), trial.get()).run());
        }
        if (!Files.isDirectory(patient.paths().dataDir()) && patient.user().isRoot()) {
            return List.of();
        }
        return enter();
    }

    private List<Check> enter() {
        Installation installation = Installation.locate();
        EnterPlan plan = EnterPlan.forProgram(patient.environment(), installation, program(installation));
        try {
            ProcessBuilder builder = new ProcessBuilder(plan.command()).redirectErrorStream(true);
            builder.environment().clear();
            builder.environment().putAll(plan.environment());
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                // Of a stack trace the first line says it.
                String reason = output.strip()
                        .lines()
                        .takeWhile(line -> !line.startsWith("\tat "))
                        .reduce((a, b) -> b)
                        .orElse("no reason given");
                return List.of(Check.failed(
                        "enter", "cannot enter a user namespace: " + reason.replaceFirst("^berth-init: ", ""), null));
            }
            List<Check> checks = new ArrayList<>();
            checks.add(Check.ok(
                    "enter", plan.single() ? "entered, with a single id" : "entered a user namespace and mapped ids"));
            checks.addAll(verdicts(Probe.parse(output)));
            return checks;
        } catch (IOException e) {
            return List.of(Check.failed("enter", "cannot start berth-init: " + PrivateDirectory.reason(e), null));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private List<String> program(Installation installation) {
        List<String> program = new ArrayList<>(List.of(
                installation.java().toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-Djna.tmpdir=" + ServiceJvm.nativeDirectory(patient.paths()),
                "-cp",
                installation.classPath() + ":" + System.getProperty("java.class.path"),
                PROGRAM,
                patient.paths().dataDir().toString(),
                installation.berthInit().toString()));
        if (Runtime.version().feature() >= ServiceJvm.NATIVE_ACCESS_ASKED) {
            program.add(1, "--enable-native-access=ALL-UNNAMED");
        }
        return program;
    }

    private List<Check> verdicts(List<Probe.Result> results) {
        return results.stream().map(ProbeChecks::verdict).collect(Collectors.toList());
    }

    static Check verdict(Probe.Result result) {
        String meaning = MEANING.getOrDefault(result.step(), result.step());
        if (result.worked()) {
            return Check.ok(result.step(), "can " + meaning);
        }
        if (result.step().equals("start")) {
            return started(result);
        }
        String detail = "cannot " + meaning + ": " + result.errno();
        return result.step().equals("ping")
                ? Check.warning(result.step(), detail, remedy(result))
                : Check.failed(result.step(), detail, remedy(result));
    }

    private static Check started(Probe.Result result) {
        String detail = "no container can start: " + result.sentence();
        return Check.failed("start", isHidden(result) ? detail + HIDDEN : detail, remedy(result));
    }

    /** The kernel mounts no fresh /proc or /sys for somebody whose own shows less than that would. */
    private static boolean isHidden(Probe.Result result) {
        return result.errno().equals("EPERM")
                && List.of("mount /proc", "mount /sys").contains(result.place());
    }

    private static String remedy(Probe.Result result) {
        return switch (result.step()) {
            case "tun" -> Files.exists(Path.of("/dev/net/tun")) ? "sudo chmod 666 /dev/net/tun" : "sudo modprobe tun";
            case "seccomp" -> "sudo apt-get install libseccomp2";
            case "overlay" ->
                "use a kernel of 5.12 or newer and a data directory on ext4, xfs, btrfs or tmpfs (BERTH_DATA_DIR)";
            case "ping" -> "sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'";
            case "start" -> isHidden(result) ? UNCOVER : startRemedy(result);
            case "owners", "whiteout" -> "put the data directory on a local file system (BERTH_DATA_DIR)";
            default -> null;
        };
    }

    private static String startRemedy(Probe.Result result) {
        String step = result.place().split(" ")[0];
        if (step.equals("clone") && result.errno().equals("ENOSPC")) {
            return "sudo sysctl -w user.max_user_namespaces=28633 user.max_pid_namespaces=28633"
                    + " user.max_mnt_namespaces=28633 user.max_net_namespaces=28633 user.max_ipc_namespaces=28633"
                    + " user.max_uts_namespaces=28633 user.max_cgroup_namespaces=28633";
        }
        return switch (step) {
            case "clone", "ids" -> NEST;
            default -> "mend what else has failed here; where nothing has, report this sentence with: uname -a";
        };
    }
}
