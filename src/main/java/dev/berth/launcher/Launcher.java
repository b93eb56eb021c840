package dev.berth.launcher;

import dev.berth.launcher.Handshake.Message.Execed;
import dev.berth.launcher.Handshake.Message.Failed;
import dev.berth.launcher.Handshake.Message.Lost;
import dev.berth.launcher.Handshake.Message.Spawned;
import dev.berth.linux.At;
import dev.berth.linux.Cgroup;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.LibraryMissing;
import dev.berth.linux.Memfd;
import dev.berth.linux.Open;
import dev.berth.linux.SocketCalls.SocketType;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Starts containers and the programs of exec sessions. For several threads at once; blocks until the program runs. */
public final class Launcher implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SIGKILL = 9;

    private final Syscalls calls;
    private final Path proc;
    private final Path resolvConf;
    private final Seccomp seccomp;
    private final Monitors monitors;

    /** @param berthInit the file of berth-init, of which a sealed copy is made */
    public Launcher(Syscalls calls, Path berthInit) {
        this(calls, berthInit, Path.of("/proc"), Path.of("/etc/resolv.conf"));
    }

    Launcher(Syscalls calls, Path berthInit, Path proc, Path resolvConf) {
        this.calls = calls;
        this.proc = proc;
        this.resolvConf = resolvConf;
        this.seccomp = new Seccomp(calls);
        this.monitors = new Monitors(calls, berthInit);
    }

    /**
     * Starts a container, and returns when its program runs.
     *
     * @throws BadLaunch when the request or the image asks for what cannot be; nothing was started
     * @throws LaunchFailed when a step failed; all is undone
     */
    public Launched start(LaunchSpec spec) {
        return prepared(() -> startContainer(spec));
    }

    private Launched startContainer(LaunchSpec spec) {
        IdMaps ids = IdMaps.read(proc);
        RootFiles root = new RootFiles(calls, spec.root().number());
        List<PlanRecord> process = process(spec.process(), spec.security(), spec.hostname(), ids, root);
        try (PassedMounts mounts = new PassedMounts(calls)) {
            mounts.addAll(spec.mounts());
            addFiles(spec, mounts);
            if (isFree("/etc/mtab", spec)) {
                root.linkMounts();
            }
            LaunchPlan plan = ContainerPlan.start(spec, ids, hasUnifiedCgroups(), mounts.plan(), process);
            return launch(plan, spec, mounts.descriptors());
        }
    }

    /** What the kernel refuses while a launch is prepared fails the launch, like a step of the plan. */
    private static Launched prepared(Supplier<Launched> launch) {
        try {
            return launch.get();
        } catch (SyscallException e) {
            throw new LaunchFailed(
                    "prepare", e.path(), e.errno(), "cannot prepare the launch of the program: " + e.getMessage());
        } catch (LibraryMissing e) {
            throw new LaunchFailed("prepare", "", Errno.ENOENT, "cannot restrict the program: " + e.getMessage());
        }
    }

    private void addFiles(LaunchSpec spec, PassedMounts mounts) {
        ContainerFiles files = new ContainerFiles(calls, spec.directory());
        addFile(files.resolvConf(spec.network(), readResolvConf()), "/etc/resolv.conf", spec, mounts);
        addFile(files.hostname(spec.hostname()), "/etc/hostname", spec, mounts);
        addFile(files.hosts(spec.hostname(), spec.network()), "/etc/hosts", spec, mounts);
    }

    /**
     * The user's own mount at this very place is what the container is to see there. One above it, or where a link of the image
     * leads, may have no such file and take none: then the container does without.
     */
    private static void addFile(Path file, String target, LaunchSpec spec, PassedMounts mounts) {
        if (spec.mounts().isEmpty()) {
            mounts.add(file, target, false);
        } else if (isFree(target, spec)) {
            mounts.addWhereItCanBe(file, target);
        }
    }

    private static boolean isFree(String target, LaunchSpec spec) {
        return spec.mounts().stream().noneMatch(mount -> mount.target().equals(target));
    }

    private String readResolvConf() {
        try {
            return Files.readString(resolvConf, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // a machine without one has no search list to hand on
        }
    }

    private boolean hasUnifiedCgroups() {
        return Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
    }

    private Launched launch(LaunchPlan plan, LaunchSpec spec, List<Integer> mounts) {
        try (Fd runtime = directory(spec.runtimeDirectory());
                Fd data = directory(spec.directory());
                Fd group = birthplace(spec.cgroup());
                Fd program = seccomp(spec.security())) {
            List<Integer> passed = new ArrayList<>(
                    List.of(spec.root().number(), runtime.number(), data.number(), group.number(), program.number()));
            passed.addAll(mounts);
            return run(plan, passed, spec.runtimeDirectory());
        }
    }

    /**
     * Runs a program in a container that runs, and returns when it does.
     *
     * @throws BadLaunch when the request asks for what cannot be
     * @throws LaunchFailed when a step failed, or the container has ended
     */
    public Launched exec(ExecSpec spec) {
        return prepared(() -> startSession(spec));
    }

    private Launched startSession(ExecSpec spec) {
        IdMaps ids = IdMaps.read(proc);
        List<PlanRecord> process;
        try (Fd root = rootOf(spec.container())) {
            process =
                    process(spec.process(), spec.security(), spec.hostname(), ids, new RootFiles(calls, root.number()));
        }
        try (Fd runtime = directory(spec.runtimeDirectory());
                Fd group = birthplace(spec.cgroup());
                Fd program = seccomp(spec.security())) {
            int directory = runtime.number();
            return run(
                    ContainerPlan.exec(spec, process),
                    List.of(-1, directory, directory, group.number(), program.number()),
                    spec.runtimeDirectory());
        }
    }

    /** The root of a running container, by its PID 1; the pid's start time is checked by berth-init as well. */
    private Fd rootOf(ProcessIdentity init) {
        byte[] path = Syscalls.bytes(proc.resolve(init.pid() + "/root"));
        try {
            Fd root = new Fd(calls, calls.openat(At.FDCWD, path, Open.PATH | Open.DIRECTORY, 0));
            if (init.isRunning(proc)) {
                return root;
            }
            root.close();
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT) && !e.is(Errno.ESRCH)) {
                throw e;
            }
        }
        throw FailureSentence.of(new Failed("join", "", Errno.ESRCH), Path.of(""));
    }

    private List<PlanRecord> process(
            ProcessSpec process, Security security, String hostname, IdMaps ids, RootFiles root) {
        Identity identity = Identity.resolve(process.user(), new Accounts(root), ids.uids(), ids.gids());
        Environment environment = Environment.of(
                process.imageEnvironment(), process.environment(), identity.home(), hostname, process.tty());
        return ProcessPlan.of(process, identity, environment, security, !ids.isSingle());
    }

    private Fd directory(Path path) {
        return new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes(path), Open.RDONLY | Open.DIRECTORY, 0));
    }

    /** Of version 1 a process is put into its group instead; {@code /dev/null} stands for none. */
    private Fd birthplace(Optional<Cgroup> group) {
        return group.flatMap(Cgroup::birthplace).map(this::directory).orElseGet(this::nothing);
    }

    private Fd nothing() {
        return new Fd(calls, calls.openat(At.FDCWD, Syscalls.bytes("/dev/null"), Open.RDWR, 0));
    }

    private Fd seccomp(Security security) {
        return Memfd.sealed(calls, "seccomp", seccomp.program(security.capabilities()));
    }

    /** @param passed what stands in the contract from descriptor 5 on; -1 = absent */
    private Launched run(LaunchPlan plan, List<Integer> passed, Path runtimeDirectory) {
        int[] pair = calls.socketpair(SocketType.SEQPACKET);
        try (Fd ours = new Fd(calls, pair[0])) {
            int monitor;
            try (Fd theirs = new Fd(calls, pair[1]);
                    Fd sealed = plan.sealed(calls);
                    Fd none = nothing()) {
                List<Integer> all = new ArrayList<>(
                        List.of(none.number(), none.number(), none.number(), sealed.number(), theirs.number()));
                passed.forEach(fd -> all.add(fd < 0 ? none.number() : fd));
                monitor = monitors.start(all);
            }
            return follow(new Handshake(calls, ours), monitor, runtimeDirectory);
        }
    }

    private Launched follow(Handshake handshake, int monitor, Path runtimeDirectory) {
        Optional<Spawned> spawned = Optional.empty();
        while (true) {
            Handshake.Message message = handshake.next(PATIENCE);
            if (message instanceof Spawned now) {
                spawned = Optional.of(now);
            } else if (message instanceof Execed execed) {
                Spawned before = spawned.orElseThrow();
                return new Launched(before.monitor(), before.init(), execed.process(), Instant.now());
            } else if (message instanceof Failed failed) {
                monitors.awaitEnd(monitor);
                throw FailureSentence.of(failed, runtimeDirectory);
            } else if (message instanceof Lost lost) {
                kill(monitor);
                monitors.awaitEnd(monitor);
                throw FailureSentence.of(new Failed("monitor", "", lost.errno()), runtimeDirectory);
            }
        }
    }

    /** A monitor that is silent is ended; it takes PID 1 and all below it along. It is our child: the number is its. */
    private void kill(int monitor) {
        try {
            calls.kill(monitor, SIGKILL);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }

    /** Waits until nothing is left of a program that ends; after ten seconds it is ended, with all that it started. */
    public void awaitEnd(Launched launched) {
        monitors.awaitEnd(launched.monitor().pid());
        if (launched.monitor().isRunning(proc)) {
            kill(launched.monitor().pid());
            monitors.awaitEnd(launched.monitor().pid());
        }
    }

    /** Lets go of the monitors, which go on. */
    @Override
    public void close() {
        monitors.close();
    }
}
