package dev.berth.host;

import dev.berth.linux.CgroupHome;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/**
 * How a service gets a control group that it may divide among its containers. By version 2 systemd gives one, a scope: it is asked before
 * U1 is entered, since inside of it systemd would not know the user. By version 1 only root can, and does.
 *
 * @param before what the command line begins with
 * @param options of {@code berth-init enter}
 * @see <a href="https://systemd.io/CGROUP_DELEGATION/">Control Group APIs and Delegation</a>
 */
record ServiceCgroup(List<String> before, List<String> options) {
    private static final ServiceCgroup NONE = new ServiceCgroup(List.of(), List.of());
    private static final Path SYSTEMD = Path.of("/run/systemd/system");
    private static final Path SYSTEM_SLICE = Path.of("/sys/fs/cgroup/system.slice");
    private static final Path LINGER = Path.of("/var/lib/systemd/linger");
    private static final long PATIENCE_SECONDS = 20;

    static ServiceCgroup of(Map<String, String> environment, ServiceUser user, Path dataDir, Path berthInit) {
        if (user.other()) {
            CgroupHome.handOver(Path.of("/proc"), user.who().uid(), user.who().gid());
        }
        Optional<Path> program = SystemFile.program(environment.getOrDefault("PATH", ""), "systemd-run");
        if (!CgroupHome.find(Path.of("/proc")).isUnified() || program.isEmpty() || !Files.isDirectory(SYSTEMD)) {
            return NONE;
        }
        if (user.other()) {
            return forRoot(program.get(), dataDir, berthInit);
        }
        return staysAsLong(user.who()) ? forUser(environment, program.get(), berthInit) : NONE;
    }

    /**
     * Whether what systemd starts for a user lives as long as what he starts himself. A scope ends with his systemd, which ends when he logs
     * out and does not linger; a program that was started in a session of ssh goes on then, and shall not lose that.
     */
    static boolean staysAsLong(Caller user) {
        return lingers(user)
                || SystemFile.lines(Path.of("/proc/self/cgroup")).stream()
                        .anyMatch(line -> line.contains("/user@" + user.uid() + ".service/"));
    }

    /** Whether the user's systemd goes on after he has logged out. */
    static boolean lingers(Caller user) {
        return Files.exists(LINGER.resolve(user.name()));
    }

    /** Each has a new one: who is not in it already could not move into an old one. Containers of before stay in theirs. */
    private static ServiceCgroup forUser(Map<String, String> environment, Path program, Path berthInit) {
        return answers(environment, scope(program, random(), "--user"), berthInit)
                ? new ServiceCgroup(scope(program, random(), "--user"), List.of())
                : NONE;
    }

    /** Root moves into the scope of before when containers keep it: the service's user could not reach them from another one. */
    private static ServiceCgroup forRoot(Path program, Path dataDir, Path berthInit) {
        CRC32 sum = new CRC32();
        sum.update(dataDir.toString().getBytes(StandardCharsets.UTF_8));
        String name = HexFormat.of().toHexDigits((int) sum.getValue());
        Path processes = SYSTEM_SLICE.resolve("berth-" + name + ".scope/service/cgroup.procs");
        if (Files.exists(processes)) {
            return new ServiceCgroup(List.of(), List.of("--cgroup-procs", processes.toString()));
        }
        return answers(Map.of(), scope(program, random(), "--slice=system.slice"), berthInit)
                ? new ServiceCgroup(scope(program, name, "--slice=system.slice"), List.of("--own-cgroup"))
                : NONE;
    }

    private static String random() {
        return HexFormat.of().toHexDigits(new SecureRandom().nextInt());
    }

    /** TasksMax: the limit of a common unit is for one program, and this one holds many containers. */
    private static List<String> scope(Path program, String name, String where) {
        return new ArrayList<>(List.of(
                program.toString(),
                where,
                "--scope",
                "--quiet",
                "--collect",
                "--unit=berth-" + name + ".scope",
                "--description=Berth",
                "--property=Delegate=yes",
                "--property=TasksMax=infinity",
                "--"));
    }

    /** Whether systemd does so for this user: without a session of its own there is nobody to ask, and the service runs all the same. */
    private static boolean answers(Map<String, String> environment, List<String> command, Path berthInit) {
        List<String> trial = new ArrayList<>(command);
        trial.add(berthInit.toString());
        trial.add("trial");
        ProcessBuilder builder = new ProcessBuilder(trial)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
