package dev.berth.host;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.IdMap;
import dev.berth.linux.Open;
import dev.berth.linux.StatFs;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Looks at this machine the way a container will need it: a real probe inside U1, and where that fails or may fail later, the
 * cause and the command that repairs it. Changes nothing.
 */
public final class Doctor {
    /** How bad it is. Only {@link #FAILED} keeps containers from running. */
    public enum Verdict {
        OK("ok"),
        WARNING("warning"),
        FAILED("failed");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /**
     * One thing that was looked at.
     *
     * @param name stable, for programs: {@code user-namespaces}
     * @param detail what was found, one sentence
     * @param remedy what to do, a command where one does it; null when nothing is to be done
     */
    public record Check(String name, Verdict verdict, String detail, String remedy) {
        static Check ok(String name, String detail) {
            return new Check(name, Verdict.OK, detail, null);
        }

        static Check warning(String name, String detail, String remedy) {
            return new Check(name, Verdict.WARNING, detail, remedy);
        }

        static Check failed(String name, String detail, String remedy) {
            return new Check(name, Verdict.FAILED, detail, remedy);
        }
    }

    private final Patient patient;
    private final Optional<Trial> trial;

    private Doctor(Patient patient, Optional<Trial> trial) {
        this.patient = patient;
        this.trial = trial;
    }

    /** From outside, as the caller: what {@code berth doctor} does. Needs no service. */
    public static Doctor forCaller(Map<String, String> environment) {
        Caller caller = Caller.current(environment);
        Caller user = caller;
        if (caller.isRoot()) {
            user = new Accounts(Path.of("/etc")).user(ServiceUser.SYSTEM_USER).orElse(caller);
        }
        return new Doctor(
                new Patient(user, Paths.from(environment, caller), environment, false, Syscalls.linux()),
                Optional.empty());
    }

    /**
     * From the service, which is inside U1 and learns from its id map whom it belongs to.
     *
     * @param trial by the service's own launcher
     */
    public static Doctor forService(Map<String, String> environment, Trial trial) {
        Caller inside = Caller.current(environment);
        IdMap.Extent own = IdMap.read(Path.of("/proc/self/uid_map")).extents().get(0);
        IdMap.Extent group = IdMap.read(Path.of("/proc/self/gid_map")).extents().get(0);
        String name = environment.getOrDefault("USER", Long.toString(own.outside()));
        Caller user = new Caller((int) own.outside(), (int) group.outside(), name, inside.home());
        return new Doctor(
                new Patient(user, Paths.from(environment, inside), environment, true, Syscalls.linux()),
                Optional.of(trial));
    }

    /** Every check, in the order in which a person would repair. Takes about half a second. */
    public List<Check> examine() {
        List<Check> checks = new ArrayList<>();
        add(checks, new KernelChecks(patient)::all);
        add(checks, new IdChecks(patient)::all);
        add(checks, new ProbeChecks(patient, trial)::all);
        add(checks, new NetworkChecks(patient)::all);
        add(checks, new StorageChecks(patient)::all);
        add(checks, new SessionChecks(patient)::all);
        return List.copyOf(checks);
    }

    /** One that cannot be made says so; the others go on. */
    private static void add(List<Check> checks, Supplier<List<Check>> group) {
        try {
            checks.addAll(group.get());
        } catch (HostException | SyscallException e) {
            checks.add(Check.failed("doctor", e.getMessage(), null));
        }
    }

    /**
     * Whom and what the doctor looks at.
     *
     * @param user as the machine knows it, also when this runs inside U1
     */
    record Patient(Caller user, Paths paths, Map<String, String> environment, boolean inside, Syscalls calls) {
        String searchPath() {
            return environment.getOrDefault("PATH", "");
        }

        /** Of the file system that holds a path, or will hold it. */
        StatFs fileSystem(Path path) {
            Path there = path;
            while (!java.nio.file.Files.exists(there)) {
                there = there.getParent();
            }
            int flags = Open.PATH | Open.CLOEXEC;
            try (Fd fd = new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes(there), flags, 0))) {
                return calls.fstatfs(fd.number());
            }
        }
    }
}
