package dev.berth.launcher;

import dev.berth.launcher.PlanRecord.Argv;
import dev.berth.launcher.PlanRecord.Bounding;
import dev.berth.launcher.PlanRecord.Capabilities;
import dev.berth.launcher.PlanRecord.Cwd;
import dev.berth.launcher.PlanRecord.Env;
import dev.berth.launcher.PlanRecord.Gid;
import dev.berth.launcher.PlanRecord.Groups;
import dev.berth.launcher.PlanRecord.NoNewPrivileges;
import dev.berth.launcher.PlanRecord.Seccomp;
import dev.berth.launcher.PlanRecord.Uid;
import dev.berth.launcher.PlanRecord.Umask;
import java.util.ArrayList;
import java.util.List;

/** The part of a plan that turns a process of berth-init into the program: the same for containers and sessions. */
final class ProcessPlan {
    private static final String NONE = "0";

    private ProcessPlan() {}

    /** @param canSetGroups false where the user has one id only: the kernel then allows no setgroups */
    static List<PlanRecord> of(
            ProcessSpec process, Identity identity, Environment environment, Security security, boolean canSetGroups) {
        List<PlanRecord> plan = new ArrayList<>();
        String most = Long.toHexString(security.capabilities().bits());
        // A user who is not root gets no capability but by a setuid program; inheritable and ambient stay empty
        // (CVE-2022-27649: a non-empty inheritable set outlived the change of user).
        String held = identity.uid() == 0 ? most : NONE;
        plan.add(new Umask("0022"));
        plan.add(new Cwd(process.workingDirectory()));
        if (canSetGroups) {
            plan.add(new Groups(identity.groups()));
        }
        plan.add(new Bounding(most));
        plan.add(new Gid(identity.gid()));
        plan.add(new Seccomp());
        plan.add(new Uid(identity.uid()));
        plan.add(new Capabilities(held, held, NONE, NONE));
        if (security.noNewPrivileges()) {
            plan.add(new NoNewPrivileges());
        }
        environment.lines().forEach(line -> plan.add(new Env(line)));
        plan.add(new Argv(process.arguments()));
        return plan;
    }
}
