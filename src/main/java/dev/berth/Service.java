package dev.berth;

import dev.berth.access.Gate;
import dev.berth.host.Caller;
import dev.berth.host.Configuration;
import dev.berth.host.HostException;
import dev.berth.host.ServiceRecord;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.network.Forward;
import dev.berth.store.DataDirectory;
import dev.berth.store.StoreException;
import io.quarkus.arc.Arc;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The service: started inside U1 by {@code berth serve}. What keeps it from starting is one line on stderr and exit code 125. */
@QuarkusMain
public final class Service implements QuarkusApplication {
    private static final System.Logger LOG = System.getLogger(Service.class.getName());
    private static final long KEEP_MILLIS = 2_000;
    private static final int OWN_ERROR = 125;
    /** For the framework's part of the end, which has nothing of ours to lose. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(10);

    private static final Duration HOLDER_PATIENCE = END_PATIENCE.plusSeconds(2);
    private static final long PAUSE_MILLIS = 20;
    private static final String PORT = "quarkus.http.port";

    public static void main(String[] arguments) {
        try {
            Configuration configuration = Configuration.from(System.getenv());
            // First of all: who comes second is told about the other service, not about its port.
            DataDirectory data = hold(configuration);
            // Set already: a live reload, in which the web server keeps its socket.
            Integer kept = Integer.getInteger(PORT);
            int port = kept == null ? port(configuration) : kept;
            System.setProperty("quarkus.http.host", configuration.host());
            System.setProperty(PORT, Integer.toString(port));
            Wiring.open(configuration, port, data);
        } catch (HostException | StoreException | SyscallException | IllegalStateException e) {
            System.err.println("berth: " + e.getMessage());
            System.exit(OWN_ERROR);
        }
        Quarkus.run(Service.class, arguments);
    }

    @Override
    public int run(String... arguments) {
        Wiring wiring = Wiring.current();
        Configuration configuration = wiring.configuration();
        Path record = configuration.paths().serviceRecord();
        URI url = URI.create("http://" + authority(configuration.host()) + ":" + wiring.port());
        ServiceRecord mine = ServiceRecord.ofThisProcess(
                url,
                configuration.tokenFromEnvironment()
                        ? null
                        : configuration.paths().tokenFile(),
                configuration.paths().dataDir());
        mine.write(record);
        wiring.ready();
        System.out.println("Berth is ready: " + url);
        System.out.println("Dashboard (this link signs in once): "
                + Arc.container().instance(Gate.class).get().launchUrl());
        System.out.flush();
        Thread keeper = new Thread(() -> keep(mine, configuration, wiring), "runtime directory");
        keeper.setDaemon(true);
        keeper.start();
        try {
            Quarkus.waitForExit();
        } finally {
            end(keeper);
            wiring.stopping();
            mine.remove(record);
            endAnyway();
        }
        return 0;
    }

    /** The web server has been seen to wait for ever for its own end: the next service waits for this one's lock. */
    private static void endAnyway() {
        if (LaunchMode.current() != LaunchMode.NORMAL) {
            return; // a live reload, in which the process goes on
        }
        Thread patience = new Thread(
                () -> {
                    try {
                        Thread.sleep(END_PATIENCE.toMillis());
                    } catch (InterruptedException e) {
                        return;
                    }
                    LOG.log(System.Logger.Level.WARNING, "the web server does not come to its end: ended without it");
                    Runtime.getRuntime().halt(0);
                },
                "end");
        patience.setDaemon(true);
        patience.start();
    }

    /**
     * Logging out deletes the runtime directory of a user who does not linger, and so do cleaners of /tmp: what clients need to find
     * this service, and it to find its containers, is made again.
     */
    private static void keep(ServiceRecord mine, Configuration configuration, Wiring wiring) {
        Path record = configuration.paths().serviceRecord();
        try {
            while (true) {
                Thread.sleep(KEEP_MILLIS);
                if (!Files.exists(record)) {
                    restore(mine, configuration, wiring);
                }
            }
        } catch (InterruptedException end) {
            return; // the service ends
        }
    }

    private static void restore(ServiceRecord mine, Configuration configuration, Wiring wiring) {
        try {
            configuration.paths().prepare(Caller.current(System.getenv()));
            wiring.reach();
            mine.write(configuration.paths().serviceRecord());
            LOG.log(System.Logger.Level.WARNING, "the runtime directory had been deleted: it was made again");
        } catch (HostException notNow) {
            // Its parent is made again when the user logs in.
            LOG.log(System.Logger.Level.DEBUG, notNow.getMessage());
        }
    }

    private static void end(Thread keeper) {
        keeper.interrupt();
        try {
            keeper.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The data directory. While its holder is no service that clients find, it is one that starts (then that one is told) or that is
     * just ending: then it is waited for.
     */
    private static DataDirectory hold(Configuration configuration) {
        long deadline = System.nanoTime() + HOLDER_PATIENCE.toNanos();
        while (true) {
            try {
                return DataDirectory.open(configuration.paths().dataDir(), Syscalls.linux());
            } catch (StoreException.Locked held) {
                boolean serves = ServiceRecord.running(configuration.paths().serviceRecord())
                        .isPresent();
                if (serves || System.nanoTime() > deadline) {
                    throw held;
                }
                pause(held);
            }
        }
    }

    private static void pause(StoreException.Locked held) {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw held;
        }
    }

    private static String authority(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** The port, which is free now; 0 is any free one. */
    private static int port(Configuration configuration) {
        InetSocketAddress address = new InetSocketAddress(configuration.host(), configuration.port());
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
            return probe.getLocalPort();
        } catch (IOException e) {
            String holder = Wiring.portHolders()
                    .find(Forward.Protocol.TCP, address.getAddress(), configuration.port())
                    .map(found -> "taken by " + found)
                    .orElse(e.getMessage());
            throw new IllegalStateException(
                    "cannot listen on " + authority(configuration.host()) + ":" + configuration.port() + ": " + holder
                            + "; choose another port with BERTH_PORT, or 0 for any free one",
                    e);
        }
    }
}
