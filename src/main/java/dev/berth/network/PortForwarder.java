package dev.berth.network;

import dev.berth.linux.Syscalls;
import dev.berth.network.NetworkException.CannotForward;
import dev.berth.network.NetworkException.CannotForward.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Leads ports of the machine to running containers, by slirp4netns. A container is named by its runtime directory, where
 * the socket of its slirp4netns is. For several threads at once; calls for one container wait for each other.
 */
public final class PortForwarder {
    private static final int LOCKS = 64;
    private static final int TRIES = 16;

    private final Syscalls calls;
    private final PortProbe probe;
    private final List<Object> locks =
            IntStream.range(0, LOCKS).mapToObj(i -> new Object()).toList();

    public PortForwarder(Syscalls calls, Path proc) {
        this.calls = calls;
        this.probe = new PortProbe(new PortHolders(proc));
    }

    /**
     * Adds a forward.
     *
     * @param forward with host port 0 for any free one
     * @return the forward with the port that it has
     * @throws CannotForward with the reason, and the holder of a port that is taken
     * @throws NetworkException.HelperSilent when the container is not running
     */
    public Forward add(Path runtimeDirectory, Forward forward) {
        synchronized (lock(runtimeDirectory)) {
            SlirpApi api = api(runtimeDirectory);
            if (forward.hostPort() != 0) {
                probe.check(forward);
                api.add(forward);
                return forward;
            }
            return addFree(api, forward);
        }
    }

    /** Somebody may take a free port between the probe and slirp4netns' own bind; then another one is tried. */
    private Forward addFree(SlirpApi api, Forward wanted) {
        CannotForward last = null;
        for (int i = 0; i < TRIES; i++) {
            Forward free = probe.free(wanted);
            try {
                api.add(free);
                return free;
            } catch (CannotForward e) {
                last = e;
            }
        }
        throw last;
    }

    /**
     * Removes a forward.
     *
     * @return false when there was none
     */
    public boolean remove(Path runtimeDirectory, Forward forward) {
        synchronized (lock(runtimeDirectory)) {
            SlirpApi api = api(runtimeDirectory);
            Optional<SlirpApi.Entry> entry =
                    api.list().stream().filter(e -> e.forward().equals(forward)).findFirst();
            entry.ifPresent(e -> api.remove(e.id()));
            return entry.isPresent();
        }
    }

    /** What is forwarded now. */
    public List<Forward> list(Path runtimeDirectory) {
        synchronized (lock(runtimeDirectory)) {
            return api(runtimeDirectory).list().stream()
                    .map(SlirpApi.Entry::forward)
                    .toList();
        }
    }

    /**
     * Brings what is forwarded to what should be: after a crash of the service or of slirp4netns.
     *
     * @return the forwards that could not be added, each with its reason
     */
    public List<Failure> reconcile(Path runtimeDirectory, List<Forward> wanted) {
        List<Forward> present = list(runtimeDirectory);
        present.stream().filter(f -> !wanted.contains(f)).forEach(f -> remove(runtimeDirectory, f));
        return wanted.stream()
                .filter(f -> !present.contains(f))
                .flatMap(f -> tryAdd(runtimeDirectory, f).stream())
                .toList();
    }

    private Optional<Failure> tryAdd(Path runtimeDirectory, Forward forward) {
        try {
            add(runtimeDirectory, forward);
            return Optional.empty();
        } catch (CannotForward e) {
            return Optional.of(new Failure(forward, e.getMessage()));
        }
    }

    /** A forward that could not be made. */
    public record Failure(Forward forward, String reason) {}

    private SlirpApi api(Path runtimeDirectory) {
        return new SlirpApi(calls, runtimeDirectory.resolve(Slirp4netns.API_SOCKET));
    }

    private Object lock(Path runtimeDirectory) {
        return locks.get(Math.floorMod(runtimeDirectory.hashCode(), LOCKS));
    }

    /** For the reason of one that slirp4netns refused though the probe found nothing. */
    static CannotForward refused(Forward forward, String reason) {
        return new CannotForward(Reason.REFUSED, "cannot forward %s: %s".formatted(forward, reason));
    }
}
