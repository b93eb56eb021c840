package dev.berth.launcher;

import dev.berth.linux.Fd;
import dev.berth.linux.Syscalls;
import dev.berth.linux.TerminalSize;
import dev.berth.network.Slirp4netns;
import dev.berth.network.Subnet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/** A container of the machine's busybox for tests that run inside U1; its file system is in memory. */
final class TrialContainer implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final Path directory;
    final Path runtime;
    private final Syscalls calls = Syscalls.linux();
    private final Launcher launcher;
    private final Fd root;
    private final String id = hex();
    private ProcessSpec process;
    private Security security = Security.DEFAULT;
    private NetworkSpec network = NetworkSpec.NONE;
    private List<MountSpec> mounts = List.of();
    private LogLimits log = LogLimits.DEFAULT;
    private Launched launched;

    TrialContainer(Launcher launcher, Path base, String... arguments) throws IOException {
        this.launcher = launcher;
        this.directory = Files.createDirectories(base.resolve("containers").resolve(id));
        this.runtime = Files.createDirectories(base.resolve("run").resolve(id.substring(0, 12)));
        this.process = spec(arguments);
        int context = calls.fsopen("tmpfs");
        calls.fsconfigString(context, "mode", Syscalls.bytes("755"));
        calls.fsconfigCreate(context);
        this.root = new Fd(calls, calls.fsmount(context, 0));
        calls.close(context);
        populate(path("/"));
    }

    static ProcessSpec spec(String... arguments) {
        return new ProcessSpec(
                List.of(arguments), List.of(), Map.of(), ImageUser.ROOT, "", false, false, TerminalSize.DEFAULT);
    }

    private static String hex() {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            id.append("%016x".formatted(ThreadLocalRandom.current().nextLong()));
        }
        return id.toString();
    }

    private static void populate(Path root) throws IOException {
        for (String folder : List.of("bin", "etc", "tmp", "root", "proc", "home/web")) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.setPosixFilePermissions(root.resolve("tmp"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
        Process list = new ProcessBuilder("/bin/busybox", "--list").start();
        for (String applet : new String(list.getInputStream().readAllBytes()).split("\n")) {
            if (!applet.equals("busybox")) {
                Files.createSymbolicLink(root.resolve("bin").resolve(applet), Path.of("busybox"));
            }
        }
        Files.writeString(
                root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1001::/home/web:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nweb:x:1001:\nextra:x:44:web,root\n");
    }

    /** A path of the container's file system, before it starts. */
    Path path(String inside) {
        return Path.of(root.procPath() + inside);
    }

    ProcessSpec spec() {
        return process;
    }

    TrialContainer process(ProcessSpec process) {
        this.process = process;
        return this;
    }

    TrialContainer user(String user) {
        return process(new ProcessSpec(
                process.arguments(),
                process.imageEnvironment(),
                process.environment(),
                ImageUser.parse(user),
                process.workingDirectory(),
                process.tty(),
                process.openStdin(),
                process.size()));
    }

    TrialContainer terminal(int columns, int rows) {
        return process(terminal(process, columns, rows));
    }

    static ProcessSpec terminal(ProcessSpec process, int columns, int rows) {
        return new ProcessSpec(
                process.arguments(),
                process.imageEnvironment(),
                process.environment(),
                process.user(),
                process.workingDirectory(),
                true,
                true,
                new TerminalSize(columns, rows));
    }

    TrialContainer openStdin() {
        return process(new ProcessSpec(
                process.arguments(),
                process.imageEnvironment(),
                process.environment(),
                process.user(),
                process.workingDirectory(),
                false,
                true,
                process.size()));
    }

    TrialContainer security(Security security) {
        this.security = security;
        return this;
    }

    TrialContainer mounts(MountSpec... mounts) {
        this.mounts = List.of(mounts);
        return this;
    }

    TrialContainer log(LogLimits log) {
        this.log = log;
        return this;
    }

    TrialContainer slirp() {
        this.network = new NetworkSpec(
                Slirp4netns.find("").arguments(Subnet.USUAL),
                Optional.of(Subnet.USUAL.address()),
                Optional.of(Subnet.USUAL.resolver()));
        return this;
    }

    TrialContainer start() {
        launched = launcher.start(new LaunchSpec(
                id, "trial", directory, runtime, root, process, mounts, security, network, log, Optional.empty()));
        return this;
    }

    Launched launched() {
        return launched;
    }

    /** Starts a program in it; its session's directory is where its log is. */
    Path exec(ProcessSpec program) throws IOException {
        Path session = Files.createDirectories(runtime.resolveSibling(hex().substring(0, 12)));
        launcher.exec(new ExecSpec(hex(), "trial", session, launched.init(), program, security, Optional.empty()));
        return session;
    }

    /** Starts it, waits for its end, and gives what it wrote. */
    String output() throws Exception {
        start();
        return output(directory);
    }

    static String output(Path directory) throws Exception {
        exit(directory);
        return text(directory);
    }

    ExitRecord exit() throws Exception {
        return exit(directory);
    }

    static ExitRecord exit(Path directory) throws Exception {
        return await(
                directory,
                d -> ExitRecord.read(d).isPresent(),
                d -> ExitRecord.read(d).orElseThrow());
    }

    /** Waits until its log contains a text. */
    void awaitOutput(String wanted) throws Exception {
        awaitOutput(directory, wanted);
    }

    static void awaitOutput(Path directory, String wanted) throws Exception {
        await(directory, d -> text(d).contains(wanted), d -> d);
    }

    private interface Result<T> {
        T of(Path directory);
    }

    private static <T> T await(Path directory, Predicate<Path> condition, Result<T> result) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.test(directory)) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("it did not come to pass; the log says: " + text(directory));
            }
            Thread.sleep(10);
        }
        return result.of(directory);
    }

    static String text(Path directory) {
        StringBuilder text = new StringBuilder();
        try (LogReader reader = LogReader.at(directory, 0)) {
            for (Optional<LogEntry> e = reader.next(); e.isPresent(); e = reader.next()) {
                if (e.get() instanceof LogEntry.Output output) {
                    text.append(new String(output.bytes(), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return text.toString();
    }

    /** A connection that notes what it hears. */
    MonitorClient connect(List<String> heard) {
        return connect(runtime, heard);
    }

    static MonitorClient connect(Path runtime, List<String> heard) {
        List<String> safe = java.util.Collections.synchronizedList(heard);
        return MonitorClient.connect(Syscalls.linux(), runtime, new MonitorClient.Listener() {
            @Override
            public void appended(long end) {
                safe.add("appended " + end);
            }

            @Override
            public void exited(int code, int signal, long end) {
                safe.add("exited " + code + " " + signal);
            }

            @Override
            public void closed() {
                safe.add("closed");
            }
        });
    }

    static List<String> notes() {
        return new ArrayList<>();
    }

    /** Ends what still runs of it. */
    @Override
    public void close() {
        if (launched != null) {
            launched.monitor().open(calls, Path.of("/proc")).ifPresent(monitor -> {
                monitor.signal(9);
                monitor.close();
            });
        }
        root.close();
    }
}
