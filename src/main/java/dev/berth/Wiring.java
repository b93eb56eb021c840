package dev.berth;

import dev.berth.access.Gate;
import dev.berth.access.Hosts;
import dev.berth.access.LaunchTokens;
import dev.berth.access.Sessions;
import dev.berth.container.Containers;
import dev.berth.container.Engine;
import dev.berth.container.Events;
import dev.berth.container.PullPolicy;
import dev.berth.container.UsageMeter;
import dev.berth.host.Configuration;
import dev.berth.host.Doctor;
import dev.berth.image.ImageException;
import dev.berth.image.Images;
import dev.berth.image.Pull;
import dev.berth.image.PullBoard;
import dev.berth.image.PullListener;
import dev.berth.image.Pulls;
import dev.berth.image.StoredImage;
import dev.berth.launcher.Launcher;
import dev.berth.linux.CgroupException;
import dev.berth.linux.CgroupHome;
import dev.berth.linux.Syscalls;
import dev.berth.network.Lookout;
import dev.berth.network.PortForwarder;
import dev.berth.network.PortHolders;
import dev.berth.network.ProcSockets;
import dev.berth.network.Slirp4netns;
import dev.berth.network.SocketOwners;
import dev.berth.network.Subnet;
import dev.berth.oci.Platform;
import dev.berth.oci.Reference;
import dev.berth.registry.CredentialFiles;
import dev.berth.registry.Limits;
import dev.berth.registry.Proxies;
import dev.berth.registry.Registry;
import dev.berth.rootfs.Layers;
import dev.berth.rootfs.Snapshots;
import dev.berth.rootfs.VolumeSeed;
import dev.berth.store.DataDirectory;
import io.quarkus.runtime.LaunchMode;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Puts the engine together, in one place. Opened before the web server starts, so that what fails is said in one sentence. */
public final class Wiring {
    private static final System.Logger LOG = System.getLogger(Wiring.class.getName());
    private static final Path PROC = Path.of("/proc");
    /** One for all: its socket takes one question at a time. */
    private static final SocketOwners LOOKOUT = Lookout.of(System.getenv(), Syscalls.linux(), new ProcSockets(PROC));

    private static Wiring current;

    private final Configuration configuration;
    private final int port;
    private final DataDirectory data;
    private final Layers layers;
    private final Images images;
    private final CgroupHome cgroups;
    private final Events events;
    private Pulls pulls;
    private PullBoard pullBoard;
    private final Containers containers;
    private final UsageMeter meter;
    private final Gate gate;
    private final Doctor doctor;

    private Wiring(Configuration configuration, int port, DataDirectory data) {
        this.configuration = configuration;
        this.port = port;
        Clock clock = Clock.systemUTC();
        Syscalls calls = Syscalls.linux();
        this.data = data;
        this.layers = new Layers(data, calls);
        Snapshots snapshots = new Snapshots(data, calls);
        this.images = new Images(data, layers, snapshots, () -> Containers.uses(data.root()));
        images.sweep().forEach(finding -> LOG.log(System.Logger.Level.INFO, finding));
        PortHolders holders = portHolders();
        this.cgroups = cgroups();
        Launcher launcher = new Launcher(calls, berthInit());
        this.doctor = Doctor.forService(
                System.getenv(), new LauncherTrial(launcher, System.getenv().getOrDefault("PATH", "")));
        Engine engine = new Engine(
                calls,
                data,
                configuration.paths().runtimeDir(),
                images,
                this::imageOf,
                layers,
                snapshots,
                new VolumeSeed(data, calls),
                launcher,
                cgroups,
                new PortForwarder(calls, PROC, holders),
                holders,
                subnet -> Slirp4netns.find(System.getenv("PATH")).arguments(subnet),
                () -> Subnet.choose(PROC),
                clock);
        this.events = new Events(clock);
        this.containers = new Containers(engine, events);
        containers.recover();
        this.meter = containers.meter();
        this.gate = new Gate(
                new Hosts(configuration.host(), port, configuration.allowedHosts()),
                configuration.token().value(),
                new Sessions(configuration.paths().runtimeDir().resolve("sessions"), clock),
                new LaunchTokens(clock),
                clock);
    }

    /** Without them containers run as well, and one that asks for a limit is told so. */
    private static CgroupHome cgroups() {
        CgroupHome home = CgroupHome.find(PROC);
        try {
            home.prepare();
            return home;
        } catch (CgroupException e) {
            LOG.log(System.Logger.Level.WARNING, "containers get no control groups: {0}", e.getMessage());
            return CgroupHome.none();
        }
    }

    static PortHolders portHolders() {
        return new PortHolders(PROC, LOOKOUT);
    }

    static void open(Configuration configuration, int port, DataDirectory data) {
        current = new Wiring(configuration, port, data);
    }

    static Wiring current() {
        return current;
    }

    Configuration configuration() {
        return configuration;
    }

    int port() {
        return port;
    }

    /** The runtime directory is there again. */
    void reach() {
        containers.reach();
    }

    void ready() {
        containers.events().publish("service.ready", "service", "berth", Map.of());
    }

    void stopping() {
        containers.events().publish("service.stopping", "service", "berth", Map.of());
        meter.close();
        cgroups.leave();
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            // Live reload starts the next one in this process; else the lock is held to the process' end.
            data.close();
        }
    }

    /** The registry's client needs the event loops of the web server, which come later than the rest. */
    private void connect(Vertx vertx) {
        Registry registry = new Registry(
                vertx,
                CredentialFiles.of(Path.of(System.getProperty("user.home")), System.getenv()),
                Limits.DEFAULT,
                Proxies.of(System.getenv()));
        ExecutorService threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "berth-pull");
            thread.setDaemon(true);
            return thread;
        });
        Pull pull = new Pull(data, registry, layers, images, threads);
        pulls = new Pulls(
                pull,
                threads,
                (name, image) -> events.publish("image.pulled", image.id().toString(), name.canonical(), Map.of()));
        pullBoard = new PullBoard(pulls, threads);
    }

    /** A running service is asked to create containers only when it serves: the pulls are there by then. */
    private StoredImage imageOf(String name, PullPolicy policy) {
        if (policy != PullPolicy.ALWAYS) {
            try {
                return images.find(name);
            } catch (ImageException.NotFound absent) {
                if (policy == PullPolicy.NEVER) {
                    throw absent;
                }
            }
        }
        try (Pulls.Waiting waiting = pulls.start(
                Reference.parse(name), Platform.host(), dev.berth.image.PullPolicy.ALWAYS, PullListener.NONE)) {
            return waiting.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " was fetched", e);
        }
    }

    private static Path berthInit() {
        String path = System.getProperty("berth.init");
        if (path == null) {
            throw new IllegalStateException(
                    "cannot start: the system property berth.init names no berth-init; start it with: berth serve");
        }
        return Path.of(path);
    }

    /** Hands the parts to those who ask by injection. */
    @Singleton
    public static final class Producers {
        Producers(Vertx vertx) {
            current.connect(vertx);
        }

        @Produces
        @Singleton
        Pulls pulls() {
            return current.pulls;
        }

        @Produces
        @Singleton
        PullBoard pullBoard() {
            return current.pullBoard;
        }

        @Produces
        @Singleton
        Configuration configuration() {
            return current.configuration;
        }

        @Produces
        @Singleton
        Doctor doctor() {
            return current.doctor;
        }

        @Produces
        @Singleton
        Gate gate() {
            return current.gate;
        }

        @Produces
        @Singleton
        Images images() {
            return current.images;
        }

        @Produces
        @Singleton
        Containers containers() {
            return current.containers;
        }

        @Produces
        @Singleton
        UsageMeter meter() {
            return current.meter;
        }

        @Produces
        @Singleton
        Events events() {
            return current.containers.events();
        }
    }
}
