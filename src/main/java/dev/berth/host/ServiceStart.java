package dev.berth.host;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Spawn;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Finds the service, or starts one in the background and waits until it is ready. */
public final class ServiceStart {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 10;

    private final Map<String, String> environment;
    private final Syscalls calls;

    public ServiceStart(Map<String, String> environment) {
        this(environment, Syscalls.linux());
    }

    ServiceStart(Map<String, String> environment, Syscalls calls) {
        this.environment = environment;
        this.calls = calls;
    }

    /** The service that runs, if one does. */
    public static Optional<ServiceRecord> running(Map<String, String> environment) {
        return ServiceRecord.running(Paths.from(environment).serviceRecord());
    }

    /**
     * Starts the service in a session of its own, with its output in {@code service.log}. When two clients do so at once, one
     * service is started and both get it.
     */
    public ServiceRecord start(Installation installation) {
        Configuration.check(environment);
        EnterPlan plan = EnterPlan.forService(environment, installation);
        Path record = plan.paths().serviceRecord();
        try (FileChannel channel = FileChannel.open(
                        plan.paths().runtimeDir().resolve("start.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        // Root's client looks into a directory that is the service's: no link in it leads anywhere.
                        LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.lock()) {
            Optional<ServiceRecord> other = ServiceRecord.running(record);
            return other.isPresent() ? other.get() : await(spawn(plan), record, plan);
        } catch (IOException e) {
            throw new HostException(
                    "cannot start the service: " + plan.paths().runtimeDir() + ": " + PrivateDirectory.reason(e), e);
        }
    }

    private int spawn(EnterPlan plan) {
        try {
            return spawnLogged(plan);
        } catch (SyscallException e) {
            throw new HostException("cannot start the service: " + e.getMessage(), e);
        }
    }

    private int spawnLogged(EnterPlan plan) {
        byte[] log = Syscalls.bytes(plan.paths().serviceLog());
        try (Fd nothing = new Fd(
                        calls, calls.openat(At.FDCWD, Syscalls.bytes("/dev/null"), Open.RDONLY | Open.CLOEXEC, 0));
                Fd output = new Fd(
                        calls,
                        calls.openat(
                                At.FDCWD,
                                log,
                                Open.WRONLY | Open.CREAT | Open.TRUNC | Open.APPEND | Open.CLOEXEC | Open.NOFOLLOW,
                                0600))) {
            return calls.posixSpawn(new Spawn(
                    plan.command().get(0),
                    plan.command(),
                    plan.environmentList(),
                    List.of(nothing.number(), output.number(), output.number()),
                    true));
        }
    }

    private ServiceRecord await(int pid, Path record, EnterPlan plan) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<ServiceRecord> ready = ServiceRecord.running(record);
            if (ready.isPresent()) {
                return ready.get();
            }
            OptionalInt ended = calls.waitNoHang(pid);
            if (ended.isPresent()) {
                // It may have lost the race for the data directory against one that is ready by now.
                return ServiceRecord.running(record)
                        .orElseThrow(() -> new HostException("cannot start the service: "
                                + FailureReason.read(plan.paths().serviceLog())));
            }
            pause();
        }
        throw new HostException("cannot start the service: it was not ready after " + PATIENCE.toSeconds()
                + " s; what it says is in " + plan.paths().serviceLog());
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostException("interrupted while the service was starting", e);
        }
    }
}
