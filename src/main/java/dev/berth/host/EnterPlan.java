package dev.berth.host;

import dev.berth.linux.SubIds;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the service gets into its user namespace "U1": one command line of {@code berth-init enter} (docs/handshake.md) that ends
 * in the JVM, and its environment.
 *
 * @param single no subordinate ids: the namespace has the user's own id alone
 */
public record EnterPlan(List<String> command, Map<String, String> environment, Paths paths, boolean single) {
    private static final String SERVICE = "dev.berth.Service";

    /** Makes or checks the directories, hands them over when root calls, and writes the plan for a service. */
    public static EnterPlan forService(Map<String, String> environment, Installation installation) {
        Enterer enterer = Enterer.of(environment, installation);
        List<String> program = new ServiceJvm(installation, enterer.paths(), enterer.user())
                .command(environment.get("BERTH_JAVA_OPTIONS"), SERVICE);
        ServiceCgroup cgroup =
                ServiceCgroup.of(environment, enterer.user(), enterer.paths().dataDir(), installation.enterProgram());
        List<String> options = new ArrayList<>(cgroup.options());
        options.add("--lookout");
        return enterer.plan(options, program).behind(cgroup.before());
    }

    /** The same way into U1 for another program: doctor's probe, {@code ./berth dev}. */
    public static EnterPlan forProgram(
            Map<String, String> environment, Installation installation, List<String> program) {
        return Enterer.of(environment, installation).plan(List.of(), program);
    }

    /** The environment as execve wants it. */
    public List<String> environmentList() {
        return environment.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
    }

    /** The same, run by another program that becomes it under the same pid. */
    private EnterPlan behind(List<String> before) {
        List<String> whole = new ArrayList<>(before);
        whole.addAll(command);
        return new EnterPlan(whole, environment, paths, single);
    }

    /** Becomes the program, under the same pid. Returns only by an exception. */
    public void exec() {
        try {
            Syscalls.linux().execve(command.get(0), command, environmentList());
        } catch (SyscallException e) {
            throw new HostException(
                    "cannot start " + command.get(0) + ": " + e.errno().text(), e);
        }
    }

    /** What is the same for every program that enters. */
    record Enterer(
            Installation installation,
            Map<String, String> environment,
            Paths paths,
            ServiceUser user,
            SubordinateIds ids,
            Optional<Path> newuidmap,
            Optional<Path> newgidmap) {

        static Enterer of(Map<String, String> environment, Installation installation) {
            Caller caller = Caller.current(environment);
            Path etc = Path.of("/etc");
            String search = environment.getOrDefault("PATH", "");
            ServiceUser user = ServiceUser.of(caller, new Accounts(etc));
            Paths paths = Paths.from(environment, caller);
            if (user.other()) {
                user.handOver(paths);
            } else {
                paths.prepare(caller);
            }
            return new Enterer(
                    installation,
                    environment,
                    paths,
                    user,
                    SubordinateIds.of(user.who(), etc, search),
                    SystemFile.program(search, "newuidmap"),
                    SystemFile.program(search, "newgidmap"));
        }

        boolean single() {
            return ids.isEmpty() || newuidmap.isEmpty() || newgidmap.isEmpty();
        }

        /** @param options of enter, which a service has and other programs have not */
        EnterPlan plan(List<String> options, List<String> program) {
            List<String> command =
                    new ArrayList<>(List.of(installation.enterProgram().toString(), "enter"));
            if (user.other()) {
                become(command);
            }
            for (JoinCandidate candidate : JoinCandidate.of(paths.dataDir(), Path.of("/proc"))) {
                command.add("--join");
                command.add(candidate.pid() + ":" + candidate.startTime());
            }
            if (single()) {
                command.add("--single");
            } else {
                map(command);
            }
            command.addAll(options);
            command.add("--");
            command.addAll(program);
            return new EnterPlan(command, serviceEnvironment(), paths, single());
        }

        private void become(List<String> command) {
            command.add("--as");
            command.add(user.who().uid() + ":" + user.who().gid());
            if (!user.groups().isEmpty()) {
                command.add("--groups");
                command.add(String.join(
                        ",", user.groups().stream().map(String::valueOf).toList()));
            }
            user.privateTun(Syscalls.linux()).ifPresent(tun -> {
                command.add("--bind-tun");
                command.add(tun.toString());
            });
        }

        private void map(List<String> command) {
            extents(user.who().uid(), ids.uids()).forEach(extent -> {
                command.add("--uid-map");
                command.add(extent);
            });
            extents(user.who().gid(), ids.gids()).forEach(extent -> {
                command.add("--gid-map");
                command.add(extent);
            });
            command.addAll(List.of("--newuidmap", newuidmap.get().toString()));
            command.addAll(List.of("--newgidmap", newgidmap.get().toString()));
        }

        /** The user's own id is 0, its subordinate ids follow from 1 on in the order of the file. */
        static List<String> extents(int own, SubIds subordinate) {
            List<String> extents = new ArrayList<>();
            extents.add("0:" + own + ":1");
            long next = 1;
            for (SubIds.Range range : subordinate.ranges()) {
                extents.add(next + ":" + range.first() + ":" + range.count());
                next += range.count();
            }
            return extents;
        }

        /** The caller's environment, but with this user's home and the paths by name: inside U1 everybody is uid 0. */
        private Map<String, String> serviceEnvironment() {
            Map<String, String> result = new TreeMap<>(environment);
            result.putAll(paths.environment());
            if (user.other()) {
                result.put("HOME", user.who().home().toString());
                result.put("USER", user.who().name());
                result.put("LOGNAME", user.who().name());
                result.keySet().removeIf(name -> name.startsWith("SUDO_"));
                for (String name : List.of("XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "MAIL")) {
                    result.remove(name);
                }
            }
            // Names of files are bytes; under LANG=C the JVM would spoil those that are not ASCII.
            result.put("LC_ALL", "C.UTF-8");
            return result;
        }
    }
}
