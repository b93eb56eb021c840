package dev.berth.container;

import dev.berth.launcher.BadLaunch;
import dev.berth.launcher.CapabilitySet;
import dev.berth.launcher.ImageUser;
import dev.berth.launcher.LaunchFailed;
import dev.berth.launcher.LaunchSpec;
import dev.berth.launcher.Launched;
import dev.berth.launcher.LauncherException;
import dev.berth.launcher.LogLimits;
import dev.berth.launcher.NetworkSpec;
import dev.berth.launcher.ProcessSpec;
import dev.berth.launcher.Security;
import dev.berth.linux.Cgroup;
import dev.berth.linux.CgroupException;
import dev.berth.linux.Fd;
import dev.berth.linux.SyscallException;
import dev.berth.network.NetworkException;
import dev.berth.network.Slirp4netns;
import dev.berth.network.Subnet;
import dev.berth.rootfs.RootfsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Brings a container's program to run: layers, root, mounts, launch. What fails is undone, and said in one sentence. */
final class Starter {
    private final Engine engine;
    private final ContainerPaths paths;
    private final Roots roots;
    private final ControlGroups groups;

    Starter(Engine engine, ContainerPaths paths, Roots roots, ControlGroups groups) {
        this.groups = groups;
        this.engine = engine;
        this.paths = paths;
        this.roots = roots;
    }

    /** @throws ContainerException.NotStarted with the exit code that {@code berth run} gives */
    Launched start(Container container) {
        ContainerRecord record = container.record();
        boolean started = false;
        try {
            prepareFiles(record);
            try (Fd root = roots.forStart(record)) {
                Launched launched = engine.launcher().start(spec(container, root, groups.make(record)));
                started = true;
                return launched;
            }
        } catch (LaunchFailed e) {
            throw notStarted(record, e.exitCode(), e);
        } catch (BadLaunch e) {
            throw new ContainerException.Invalid(e.field(), e.getMessage());
        } catch (LauncherException | RootfsException | NetworkException | SyscallException | CgroupException e) {
            throw notStarted(record, LaunchFailed.OWN_ERROR, e);
        } catch (IOException e) {
            throw notStarted(record, LaunchFailed.OWN_ERROR, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notStarted(record, LaunchFailed.OWN_ERROR, new IOException("interrupted"));
        } finally {
            if (!started) {
                groups.remove(record.id());
            }
        }
    }

    private static ContainerException notStarted(ContainerRecord record, int exitCode, Exception e) {
        return new ContainerException.NotStarted(
                exitCode, "cannot start container " + record.name() + ": " + e.getMessage(), e);
    }

    private void prepareFiles(ContainerRecord record) throws IOException {
        Path runtime = paths.runtime(record.id());
        Files.createDirectories(runtime);
        for (String left : List.of("attach", "udp", Slirp4netns.API_SOCKET)) {
            Files.deleteIfExists(runtime.resolve(left));
        }
        for (String left : List.of("exit", "monitor")) {
            Files.deleteIfExists(paths.container(record.id()).resolve(left));
        }
    }

    private LaunchSpec spec(Container container, Fd root, Optional<Cgroup> group) {
        ContainerRecord record = container.record();
        CreateRequest config = record.config();
        return new LaunchSpec(
                record.id(),
                config.hostname(),
                paths.container(record.id()),
                paths.runtime(record.id()),
                root,
                new ProcessSpec(
                        ProcessSpec.arguments(List.of(), List.of(), config.entrypoint(), config.command()),
                        record.imageEnvironment(),
                        config.env(),
                        config.user() == null ? ImageUser.ROOT : ImageUser.parse(config.user()),
                        config.workingDir(),
                        config.tty(),
                        config.openStdin(),
                        container.startSize()),
                roots.mounts(record, root),
                security(config),
                network(record),
                LogLimits.DEFAULT.forReader(container.audience().hasEarly()),
                group);
    }

    static Security security(CreateRequest config) {
        return new Security(
                CapabilitySet.of(config.capAdd(), config.capDrop()), config.readOnly(), config.noNewPrivileges());
    }

    private NetworkSpec network(ContainerRecord record) {
        if (record.address() == null) {
            return NetworkSpec.NONE;
        }
        Subnet subnet = Subnet.ofAddress(record.address());
        return new NetworkSpec(
                engine.network().apply(subnet), Optional.of(subnet.address()), Optional.of(subnet.resolver()));
    }
}
