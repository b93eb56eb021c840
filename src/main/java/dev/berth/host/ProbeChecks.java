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
import java.util.stream.Collectors;

/** Enters U1 for real and does there what every container needs. */
record ProbeChecks(Patient patient) {
    private static final Map<String, String> MEANING = Map.of(
            "owners", "give files to subordinate ids",
            "whiteout", "make whiteouts",
            "overlay", "mount an overlay",
            "tun", "open /dev/net/tun",
            "seccomp", "load libseccomp",
            "scratch", "write to the data directory");

    List<Check> all() {
        if (patient.inside()) {
            return verdicts(new Probe(patient.calls(), patient.paths().dataDir()).run());
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
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                // Of a stack trace the first line says it.
                String reason = output.lines()
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
                Probe.class.getName(),
                patient.paths().dataDir().toString()));
        if (Runtime.version().feature() >= ServiceJvm.NATIVE_ACCESS_ASKED) {
            program.add(1, "--enable-native-access=ALL-UNNAMED");
        }
        return program;
    }

    private List<Check> verdicts(List<Probe.Result> results) {
        return results.stream().map(this::verdict).collect(Collectors.toList());
    }

    private Check verdict(Probe.Result result) {
        String meaning = MEANING.getOrDefault(result.step(), result.step());
        if (result.worked()) {
            return Check.ok(result.step(), "can " + meaning);
        }
        return Check.failed(result.step(), "cannot " + meaning + ": " + result.errno(), remedy(result));
    }

    private static String remedy(Probe.Result result) {
        return switch (result.step()) {
            case "tun" -> Files.exists(Path.of("/dev/net/tun")) ? "sudo chmod 666 /dev/net/tun" : "sudo modprobe tun";
            case "seccomp" -> "sudo apt-get install libseccomp2";
            case "overlay" ->
                "use a kernel of 5.12 or newer and a data directory on ext4, xfs, btrfs or tmpfs (BERTH_DATA_DIR)";
            case "owners", "whiteout" -> "put the data directory on a local file system (BERTH_DATA_DIR)";
            default -> null;
        };
    }
}
