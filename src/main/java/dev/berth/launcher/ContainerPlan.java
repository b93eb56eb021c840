package dev.berth.launcher;

import dev.berth.launcher.PlanRecord.Attach;
import dev.berth.launcher.PlanRecord.CgroupProcs;
import dev.berth.launcher.PlanRecord.Hostname;
import dev.berth.launcher.PlanRecord.Input;
import dev.berth.launcher.PlanRecord.Join;
import dev.berth.launcher.PlanRecord.Log;
import dev.berth.launcher.PlanRecord.Loopback;
import dev.berth.launcher.PlanRecord.Mkdir;
import dev.berth.launcher.PlanRecord.Mount;
import dev.berth.launcher.PlanRecord.Network;
import dev.berth.launcher.PlanRecord.Pivot;
import dev.berth.launcher.PlanRecord.Root;
import dev.berth.launcher.PlanRecord.Session;
import dev.berth.launcher.PlanRecord.Terminal;
import dev.berth.launcher.PlanRecord.Tty;
import dev.berth.launcher.PlanRecord.WaitNetwork;
import dev.berth.linux.Cgroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The order of a launch: this is where it is decided what happens before what. */
final class ContainerPlan {
    /** An exec session's program may be two of three files (4 MiB) ahead of its reader before it has to wait. */
    private static final LogLimits EXEC_WINDOW = new LogLimits(2L << 20, 3, false);

    private ContainerPlan() {}

    /**
     * @param unifiedCgroups whether the machine has cgroups of version 2 only
     * @param attached the mounts that are passed, with the descriptors they will have
     */
    static LaunchPlan start(
            LaunchSpec spec, IdMaps ids, boolean unifiedCgroups, List<PlanRecord> attached, List<PlanRecord> process) {
        List<PlanRecord> plan = new ArrayList<>();
        plan.add(new Session("container", spec.id()));
        plan.add(new Log(spec.log().bytes(), spec.log().files(), spec.log().reader() ? "reader" : "ring"));
        input(plan, spec.process());
        place(plan, spec.cgroup());
        plan.addAll(ids.plan());
        boolean helped = !spec.network().helper().isEmpty();
        if (helped) {
            plan.add(new Network(spec.network().helper()));
        }
        plan.add(new Root());
        plan.add(new Hostname(spec.hostname()));
        plan.addAll(Isolation.mounts(unifiedCgroups, ids.gids().contains(5)));
        plan.addAll(attached);
        if (spec.process().tty()) {
            plan.add(new Terminal());
        }
        plan.addAll(Isolation.sysctls(ids.gids().size()));
        plan.add(new Loopback());
        if (spec.security().readOnlyRoot()) {
            // Where it is missing, now is the last time that it can be made.
            plan.add(new Mkdir(spec.process().workingDirectory(), "0755", 0, 0));
        }
        plan.addAll(Isolation.restrictions(spec.security().readOnlyRoot()));
        plan.add(new Pivot());
        if (helped) {
            plan.add(new WaitNetwork());
        }
        plan.addAll(process);
        return new LaunchPlan(plan);
    }

    /** A program in a container that runs. */
    static LaunchPlan exec(ExecSpec spec, List<PlanRecord> process) {
        List<PlanRecord> plan = new ArrayList<>();
        plan.add(new Session("exec", spec.id()));
        plan.add(new Log(EXEC_WINDOW.bytes(), EXEC_WINDOW.files(), "wait"));
        input(plan, spec.process());
        place(plan, spec.cgroup());
        plan.add(new Join(spec.container().pid(), spec.container().startTime()));
        if (spec.process().tty()) {
            plan.add(new Terminal());
        }
        plan.addAll(process);
        return new LaunchPlan(plan);
    }

    /** By version 1; one of version 2 is passed as a descriptor. */
    private static void place(List<PlanRecord> plan, Optional<Cgroup> group) {
        group.ifPresent(it -> it.processFiles().forEach(file -> plan.add(new CgroupProcs(file.toString()))));
    }

    private static void input(List<PlanRecord> plan, ProcessSpec process) {
        if (process.tty()) {
            plan.add(new Tty(process.size().columns(), process.size().rows()));
        }
        plan.add(new Input(process.openStdin() ? "open" : "closed"));
    }

    /** A mount that is passed by descriptor. */
    static PlanRecord attach(int fd, String target) {
        return new Attach(fd, target, "");
    }

    /** One that is left out where the target is missing and what is mounted above it takes no new file. */
    static PlanRecord attachOptionally(int fd, String target) {
        return new Attach(fd, target, "optional");
    }

    /** An empty directory in memory. */
    static List<PlanRecord> tmpfs(MountSpec.Tmpfs mount) {
        String size = mount.size() > 0 ? ",size=" + mount.size() : "";
        String readOnly = mount.readOnly() ? "ro," : "";
        return List.of(
                new Mkdir(mount.target(), "0755", 0, 0),
                new Mount("tmpfs", "tmpfs", mount.target(), readOnly + "nosuid,nodev,noexec", "mode=1777" + size));
    }
}
