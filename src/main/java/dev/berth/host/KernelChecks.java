package dev.berth.host;

import dev.berth.host.Doctor.Check;
import dev.berth.host.Doctor.Patient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel, and whether it lets a normal user make namespaces. */
record KernelChecks(Patient patient) {
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,4})\\.(\\d{1,3})");
    private static final Path SYS = Path.of("/proc/sys");

    List<Check> all() {
        return List.of(kernel(), namespaces(), selinux());
    }

    private Check kernel() {
        String release = SystemFile.line(SYS.resolve("kernel/osrelease")).orElse("unknown");
        return kernel(release);
    }

    static Check kernel(String release) {
        Matcher parts = RELEASE.matcher(release);
        if (!parts.lookingAt()) {
            return Check.warning("kernel", "the kernel does not tell its version: " + release, "look with: uname -r");
        }
        int version = Integer.parseInt(parts.group(1)) * 1000 + Integer.parseInt(parts.group(2));
        if (version < 5012) {
            return Check.failed(
                    "kernel",
                    "Linux " + release + " cannot mount overlays for a normal user",
                    "use Linux 5.12 or newer (6.1 or newer is what Berth is tested on)");
        }
        if (version < 6001) {
            return Check.warning(
                    "kernel", "Linux " + release + " is older than what Berth is tested on", "use Linux 6.1 or newer");
        }
        return Check.ok("kernel", "Linux " + release);
    }

    private Check namespaces() {
        String name = "user-namespaces";
        if (is("user/max_user_namespaces", "0")) {
            return Check.failed(
                    name,
                    "the kernel allows no user namespaces (user.max_user_namespaces is 0)",
                    "sudo sysctl -w user.max_user_namespaces=28633");
        }
        if (is("kernel/unprivileged_userns_clone", "0")) {
            return Check.failed(
                    name,
                    "normal users may not make user namespaces (kernel.unprivileged_userns_clone is 0)",
                    "sudo sysctl -w kernel.unprivileged_userns_clone=1");
        }
        if (Installation.isRestricted() && !(hasProfile() && isKnown())) {
            return Check.failed(
                    name,
                    "AppArmor lets only programs that it knows make user namespaces, and not this berth-init"
                            + " (kernel.apparmor_restrict_unprivileged_userns is 1)",
                    profile());
        }
        return Check.ok(name, "allowed");
    }

    private boolean is(String file, String value) {
        return SystemFile.line(SYS.resolve(file)).filter(value::equals).isPresent();
    }

    private static boolean hasProfile() {
        return Files.exists(Path.of("/etc/apparmor.d/berth-init")) && Files.isExecutable(Installation.FIXED_BERTH_INIT);
    }

    /** What AppArmor lets through is a copy, which an earlier build may have left. */
    private static boolean isKnown() {
        try {
            return Files.mismatch(
                            Installation.FIXED_BERTH_INIT, Installation.locate().berthInit())
                    < 0;
        } catch (IOException | HostException e) {
            return false;
        }
    }

    /** Rights are given to a path that only root may write. */
    private static String profile() {
        String init;
        try {
            init = Installation.locate().berthInit().toString();
        } catch (HostException e) {
            init = "berth-init";
        }
        return """
                sudo install -D -m 755 %1$s %2$s
                printf 'abi <abi/4.0>,\\nprofile berth-init %2$s flags=(unconfined) {\\n  userns,\\n}\\n' | sudo tee /etc/apparmor.d/berth-init
                sudo apparmor_parser -r /etc/apparmor.d/berth-init""".formatted(init, Installation.FIXED_BERTH_INIT);
    }

    private Check selinux() {
        return SystemFile.line(Path.of("/sys/fs/selinux/enforce"))
                        .filter("1"::equals)
                        .isPresent()
                ? Check.warning(
                        "selinux",
                        "SELinux is enforcing; Berth sets no labels, so that a policy may refuse bind mounts",
                        "look at: sudo ausearch -m avc -ts recent")
                : Check.ok("selinux", "not enforcing");
    }
}
