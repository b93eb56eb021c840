package dev.berth.launcher;

import dev.berth.launcher.PlanRecord.Bind;
import dev.berth.launcher.PlanRecord.Mask;
import dev.berth.launcher.PlanRecord.Mkdir;
import dev.berth.launcher.PlanRecord.Mount;
import dev.berth.launcher.PlanRecord.ReadOnly;
import dev.berth.launcher.PlanRecord.Symlink;
import dev.berth.launcher.PlanRecord.Sysctl;
import java.util.ArrayList;
import java.util.List;

/**
 * The file systems that every container has beside its own, and what of them it may not see or change: what docker and
 * podman agree on.
 */
final class Isolation {
    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom", "tty");

    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/interrupts",
            "/sys/firmware",
            "/sys/devices/virtual/powercap",
            "/sys/fs/selinux");

    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", "/sys");

    private static final String SAFE = "nosuid,nodev,noexec";

    private Isolation() {}

    /**
     * /proc, /dev and /sys.
     *
     * @param unifiedCgroups whether the machine has one cgroup tree (version 2), which a container can be shown its own
     *     part of
     * @param terminalGroup whether the group that owns terminals (5) exists in the user namespace
     */
    static List<PlanRecord> mounts(boolean unifiedCgroups, boolean terminalGroup) {
        List<PlanRecord> plan = new ArrayList<>();
        mount(plan, "proc", "/proc", SAFE, "");
        mount(plan, "tmpfs", "/dev", "nosuid,noexec", "mode=755,size=65536k");
        String group = terminalGroup ? ",gid=5" : "";
        mount(plan, "devpts", "/dev/pts", "nosuid,noexec", "newinstance,ptmxmode=0666,mode=0620" + group);
        mount(plan, "tmpfs", "/dev/shm", SAFE, "mode=1777,size=65536k");
        mount(plan, "mqueue", "/dev/mqueue", SAFE + ",optional", "");
        mount(plan, "sysfs", "/sys", "ro," + SAFE, "");
        if (unifiedCgroups) {
            plan.add(new Mount("cgroup2", "cgroup", "/sys/fs/cgroup", "ro," + SAFE + ",optional", ""));
        }
        DEVICES.forEach(device -> plan.add(new Bind("/dev/" + device, "/dev/" + device, "nosuid,noexec")));
        plan.add(new Symlink("/proc/self/fd", "/dev/fd"));
        plan.add(new Symlink("/proc/self/fd/0", "/dev/stdin"));
        plan.add(new Symlink("/proc/self/fd/1", "/dev/stdout"));
        plan.add(new Symlink("/proc/self/fd/2", "/dev/stderr"));
        plan.add(new Symlink("pts/ptmx", "/dev/ptmx"));
        plan.add(new Symlink("/proc/kcore", "/dev/core"));
        return plan;
    }

    private static void mount(List<PlanRecord> plan, String type, String target, String flags, String options) {
        plan.add(new Mkdir(target, "0755", 0, 0));
        plan.add(new Mount(type, type, target, flags, options));
    }

    /**
     * What makes ping and port 80 work without a capability: nobody but the container itself is in its network.
     *
     * @param groups how many group ids there are in the user namespace
     */
    static List<PlanRecord> sysctls(long groups) {
        return List.of(
                new Sysctl("net/ipv4/ping_group_range", "0 " + Math.min(groups - 1, Integer.MAX_VALUE)),
                new Sysctl("net/ipv4/ip_unprivileged_port_start", "0"));
    }

    /** To be done last: what is hidden and what takes no write. */
    static List<PlanRecord> restrictions(boolean readOnlyRoot) {
        List<PlanRecord> plan = new ArrayList<>();
        MASKED.forEach(path -> plan.add(new Mask(path)));
        READ_ONLY.forEach(path -> plan.add(new ReadOnly(path)));
        if (readOnlyRoot) {
            plan.add(new ReadOnly("/"));
        }
        return plan;
    }
}
