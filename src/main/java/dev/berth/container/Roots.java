package dev.berth.container;

import dev.berth.image.StoredImage;
import dev.berth.launcher.MountSpec;
import dev.berth.launcher.ProcessIdentity;
import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.oci.Digest;
import dev.berth.rootfs.ComposedRoot;
import dev.berth.rootfs.LayerProgress;
import dev.berth.rootfs.RootMount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The root file systems of containers: for their start, and for those who look into them from outside. Of a container that runs that is
 * its own root with all that is mounted there; of one that does not it is mounted as its start would, for as long as somebody looks, and
 * a start meanwhile takes the same overlay. Safe for many threads.
 */
final class Roots {
    private static final Path PROC = Path.of("/proc");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LOCKS = 64;

    private final Engine engine;
    private final ContainerPaths paths;
    private final Volumes volumes;
    private final Object[] locks = new Object[LOCKS];
    private final Map<String, Shared> shared = new HashMap<>();

    Roots(Engine engine, ContainerPaths paths, Volumes volumes) {
        this.engine = engine;
        this.paths = paths;
        this.volumes = volumes;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new Object();
        }
    }

    /** A root that somebody looks into; to be closed. */
    interface Root extends AutoCloseable {
        Fd directory();

        @Override
        void close();
    }

    /** Makes and mounts the root of a container that is being started: its state says so already. */
    Fd forStart(ContainerRecord record) throws InterruptedException {
        synchronized (lock(record.id())) {
            prepare(record);
            Shared inUse = find(record.id());
            return inUse != null && inUse.spare != null
                    ? inUse.takeSpare()
                    : engine.snapshots().mount(record.id());
        }
    }

    /** What is mounted on the root, volumes made and filled. Parents come first, as with docker: the other way round they would hide it. */
    List<MountSpec> mounts(ContainerRecord record, Fd root) {
        CreateRequest config = record.config();
        List<MountRequest> ordered = new ArrayList<>(config.mounts());
        ordered.sort(Comparator.comparingInt(MountRequest::depth));
        List<MountSpec> mounts = new ArrayList<>();
        for (MountRequest mount : ordered) {
            mounts.add(
                    switch (mount.type()) {
                        case "tmpfs" -> new MountSpec.Tmpfs(mount.target(), 0, mount.readOnly());
                        case "volume" -> volume(mount, record, root);
                        default -> bind(mount, config);
                    });
        }
        return mounts;
    }

    /** Opens the root of a container, in whatever state it is. */
    Root open(Container container) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<Root> root = tryOpen(container);
            if (root.isPresent()) {
                return root.get();
            }
            synchronized (container) {
                container.wait(50);
            }
        }
        throw Lifecycle.conflict(container, "look into");
    }

    /** Runs what takes a removed container's directories away, while nobody makes them. */
    void discard(String id, Runnable removal) {
        synchronized (lock(id)) {
            removal.run();
        }
    }

    private Optional<Root> tryOpen(Container container) throws InterruptedException {
        ProcessIdentity init = container.init();
        if (init != null) {
            return running(init);
        }
        synchronized (lock(container.id())) {
            if (container.isRemoved()) {
                throw new ContainerException.NotFound("there is no container " + container.name() + " any more");
            }
            if (container.state() == ContainerState.DEAD) {
                throw Lifecycle.conflict(container, "look into");
            }
            // One that is starting has its root soon.
            return container.state().canStart() ? Optional.of(use(container.record())) : Optional.empty();
        }
    }

    /** Empty when it has ended. */
    private Optional<Root> running(ProcessIdentity init) {
        Fd root;
        try {
            byte[] path = Syscalls.bytes("/proc/" + init.pid() + "/root");
            root = new Fd(engine.calls(), engine.calls().openat(At.FDCWD, path, Open.PATH | Open.DIRECTORY, 0));
        } catch (SyscallException e) {
            if (!init.isRunning(PROC)) {
                return Optional.empty();
            }
            throw e;
        }
        // Only now is it known that the number was this process' when the root was opened.
        if (!init.isRunning(PROC)) {
            root.close();
            return Optional.empty();
        }
        return Optional.of(new Root() {
            @Override
            public Fd directory() {
                return root;
            }

            @Override
            public void close() {
                root.close();
            }
        });
    }

    private Root use(ContainerRecord record) throws InterruptedException {
        Shared root = find(record.id());
        if (root == null) {
            root = new Shared(record.id(), compose(record));
            synchronized (shared) {
                shared.put(record.id(), root);
            }
        }
        root.users++;
        return root.use();
    }

    private ComposedRoot compose(ContainerRecord record) throws InterruptedException {
        prepare(record);
        List<MountSpec> mounts;
        try (Fd root = engine.snapshots().mount(record.id())) {
            mounts = mounts(record, root);
        }
        return engine.snapshots()
                .compose(
                        record.id(),
                        mounts.stream().map(Roots::mount).toList(),
                        record.config().readOnly());
    }

    private static RootMount mount(MountSpec mount) {
        return mount instanceof MountSpec.Bind bind
                ? new RootMount(Optional.of(bind.source().toAbsolutePath()), bind.target(), bind.readOnly())
                : new RootMount(Optional.empty(), mount.target(), true);
    }

    private void prepare(ContainerRecord record) throws InterruptedException {
        StoredImage image = engine.images().held(Digest.parse(record.manifest()));
        var layers =
                engine.layers().unpack(image.manifest().layers(), image.config().diffIds(), LayerProgress.NONE);
        engine.snapshots().prepare(record.id(), layers);
    }

    private MountSpec volume(MountRequest mount, ContainerRecord record, Fd root) {
        volumes.ensure(mount.source(), record.hasNamed(mount.source()));
        Path directory = paths.volume(mount.source());
        engine.volumeSeed().fill(root, mount.target(), directory);
        return new MountSpec.Bind(directory, mount.target(), mount.readOnly());
    }

    private static MountSpec bind(MountRequest mount, CreateRequest config) {
        Path source = BindSource.check(config.mounts().indexOf(mount), mount.source());
        return new MountSpec.Bind(source, mount.target(), mount.readOnly());
    }

    private Shared find(String id) {
        synchronized (shared) {
            return shared.get(id);
        }
    }

    private Object lock(String id) {
        return locks[Math.floorMod(id.hashCode(), LOCKS)];
    }

    /** The mounted root of a container that does not run, and how many look into it; guarded by the container's lock. */
    private final class Shared {
        private final String id;
        private final ComposedRoot root;
        private Fd spare;
        private int users;

        private Shared(String id, ComposedRoot root) {
            this.id = id;
            this.root = root;
            this.spare = root.spare();
        }

        private Fd takeSpare() {
            Fd taken = spare;
            spare = null;
            return new Fd(engine.calls(), taken.release());
        }

        private Root use() {
            return new Root() {
                private boolean closed;

                @Override
                public Fd directory() {
                    return root.tree();
                }

                @Override
                public void close() {
                    synchronized (lock(id)) {
                        if (!closed) {
                            closed = true;
                            leave();
                        }
                    }
                }
            };
        }

        private void leave() {
            if (--users == 0) {
                synchronized (shared) {
                    shared.remove(id);
                }
                root.close();
            }
        }
    }
}
