package dev.berth.container;

import dev.berth.image.Images;
import dev.berth.image.StoredImage;
import dev.berth.launcher.BadLaunch;
import dev.berth.launcher.CapabilitySet;
import dev.berth.launcher.ImageUser;
import dev.berth.launcher.LaunchFailed;
import dev.berth.launcher.LaunchSpec;
import dev.berth.launcher.Launched;
import dev.berth.launcher.LogLimits;
import dev.berth.launcher.MonitorRecord;
import dev.berth.launcher.MountSpec;
import dev.berth.launcher.NetworkSpec;
import dev.berth.launcher.ProcessSpec;
import dev.berth.launcher.Security;
import dev.berth.linux.Fd;
import dev.berth.linux.TerminalSize;
import dev.berth.network.NetworkException;
import dev.berth.network.Slirp4netns;
import dev.berth.oci.Digest;
import dev.berth.rootfs.LayerProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts a container. */
final class Starting {
    private static final Duration LEFTOVER_PATIENCE = Duration.ofSeconds(10);

    private final Machine machine;
    private final ContainerTree tree;
    private final ContainerRecords records;
    private final Volumes volumes;
    private final Forwards forwards;
    private final Ending ending;
    private final Images images;

    Starting(Containers.Parts parts, Forwards forwards, Ending ending, Images images) {
        this.machine = parts.machine();
        this.tree = parts.machine().tree();
        this.records = parts.records();
        this.volumes = parts.volumes();
        this.forwards = forwards;
        this.ending = ending;
        this.images = images;
    }

    /**
     * Starts it; one that runs is left as it is.
     *
     * @throws ContainerException.NotStarted with the exit code that docker has for it; the container counts as ended
     */
    void start(Container container) throws InterruptedException {
        try (Container.Held held = container.hold()) {
            if (container.state().isAlive()) {
                return;
            }
            if (container.isRemoving()
                    || container.isRemoved()
                    || !container.state().canStart()) {
                throw new ContainerException.Conflict(
                        "wrong-state",
                        "cannot start " + container.name() + ": it is "
                                + (container.isRemoving() || container.isRemoved()
                                        ? "being removed"
                                        : container.state().word()));
            }
            try {
                launch(container);
            } catch (RuntimeException e) {
                failed(container, e);
                throw told(container, e);
            } catch (InterruptedException e) {
                failed(container, e);
                throw e;
            }
        }
        ending.startedThenForward(container, forwards);
    }

    private void launch(Container container) throws InterruptedException {
        awaitLeftovers(container);
        ContainerRecord record = container.record().starting();
        container.become(record, null);
        records.write(record);
        Path sockets = tree.socketsOf(record.id());
        Directories.delete(sockets);
        ContainerTree.make(sockets);
        prepareRoot(record);
        Launched launched;
        try (Fd root = machine.snapshots().mount(record.id().value())) {
            launched = machine.launcher().start(spec(record, sockets, root));
        }
        record = record.running(launched.started());
        container.become(record, new Container.Processes(launched.monitor(), launched.init(), launched.process()));
        records.write(record);
    }

    /** The layers may have to be unpacked again after a power cut, and a named volume may have been removed. */
    private void prepareRoot(ContainerRecord record) throws InterruptedException {
        StoredImage image = images.held(Digest.parse(record.manifest()));
        machine.snapshots()
                .prepare(
                        record.id().value(),
                        machine.layers()
                                .unpack(
                                        image.manifest().layers(),
                                        image.config().diffIds(),
                                        LayerProgress.NONE));
        volumes.make(
                record.config().mounts(),
                () -> machine.snapshots().mount(record.id().value()));
    }

    private LaunchSpec spec(ContainerRecord record, Path sockets, Fd root) {
        CreateRequest config = record.config();
        return new LaunchSpec(
                record.id().value(),
                config.hostname(),
                tree.container(record.id()),
                sockets,
                root,
                new ProcessSpec(
                        record.arguments(),
                        environment(config.env()),
                        Map.of(),
                        ImageUser.parse(config.user()),
                        config.workingDir(),
                        config.tty(),
                        config.openStdin(),
                        TerminalSize.DEFAULT),
                config.mounts().stream().map(this::mount).toList(),
                new Security(
                        CapabilitySet.of(config.capAdd(), config.capDrop()),
                        config.readOnly(),
                        config.noNewPrivileges()),
                network(config),
                LogLimits.DEFAULT);
    }

    static List<String> environment(Map<String, String> env) {
        return env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    private MountSpec mount(MountRequest mount) {
        return switch (mount.type()) {
            case "bind" -> new MountSpec.Bind(Path.of(mount.source()), mount.target(), mount.readOnly());
            case "volume" -> new MountSpec.Bind(tree.volume(mount.source()), mount.target(), mount.readOnly());
            default -> new MountSpec.Tmpfs(mount.target(), 0, mount.readOnly());
        };
    }

    private NetworkSpec network(CreateRequest config) {
        if (config.network().equals(CreateRequest.NO_NETWORK)) {
            return NetworkSpec.NONE;
        }
        return new NetworkSpec(
                machine.slirp().get().arguments(), Optional.of(Slirp4netns.ADDRESS), Optional.of(Slirp4netns.RESOLVER));
    }

    /** The monitor of the run before holds the writable layer for some milliseconds after its last word. */
    private void awaitLeftovers(Container container) {
        MonitorRecord.read(tree.container(container.id()))
                .filter(before -> before.isRunning(machine.proc(), machine.boot()))
                .ifPresent(before -> {
                    if (!Watching.awaitEnd(machine, before.monitor(), LEFTOVER_PATIENCE)) {
                        throw new ContainerException.Conflict(
                                "wrong-state",
                                "cannot start " + container.name() + ": its last run has not ended yet; try again");
                    }
                });
    }

    private void failed(Container container, Exception e) {
        int code = e instanceof LaunchFailed failure ? failure.exitCode() : LaunchFailed.OWN_ERROR;
        ContainerRecord record = container.record();
        if (record.state() != ContainerState.STARTING) {
            return; // refused before anything was done
        }
        record = record.notStarted(code, Instant.now(), e.getMessage());
        container.become(record, null);
        Directories.delete(tree.socketsOf(record.id()));
        records.write(record);
        ending.startFailed(container);
    }

    private static RuntimeException told(Container container, RuntimeException e) {
        if (e instanceof LaunchFailed failure) {
            return new ContainerException.NotStarted(
                    failure.exitCode(), "cannot start " + container.name() + ": " + failure.getMessage(), failure);
        }
        if (e instanceof BadLaunch bad) {
            return new ContainerException.NotStarted(
                    LaunchFailed.OWN_ERROR, "cannot start " + container.name() + ": " + bad.getMessage(), bad);
        }
        if (e instanceof NetworkException network) {
            return Sentences.of(network);
        }
        return e;
    }
}
