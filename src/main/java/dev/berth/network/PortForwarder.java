package dev.berth.network;

import dev.berth.linux.Syscalls;
import dev.berth.network.NetworkException.CannotForward;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
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

    /** @param proc the proc file system */
    public PortForwarder(Syscalls calls, Path proc, PortHolders holders) {
        this.calls = calls;
        this.probe = new PortProbe(proc, holders);
    }

    /**
     * Finds out whether a port of the machine can be had now, without keeping it.
     *
     * @param forward with its host port
     * @throws CannotForward with the reason, and the holder of a port that is taken
     */
    public void check(Forward forward) {
        probe.check(forward);
    }

    /**
     * The same forward with a host port that is free now. Nothing keeps it free.
     *
     * @param reserved those that are not to be taken though nobody has them now
     */
    public Forward choose(Forward forward, Predicate<Forward> reserved) {
        return probe.free(forward, reserved);
    }

    /**
     * Adds a forward.
     *
     * @param forward with host port 0 for any free one
     * @param reserved those that are not to be taken for a free one
     * @return the forward with the port that it has
     * @throws CannotForward with the reason, and the holder of a port that is taken
     * @throws NetworkException.HelperSilent when the container is not running
     */
    public Forward add(Path runtimeDirectory, Forward forward, Predicate<Forward> reserved) {
        synchronized (lock(runtimeDirectory)) {
            ForwardApi api = api(runtimeDirectory, forward);
            if (forward.hostPort() == 0) {
                return addFree(api, forward, reserved);
            }
            probe.check(forward);
            try {
                api.add(forward);
            } catch (CannotForward e) {
                probe.check(forward); // somebody was faster: then this says who
                throw e;
            }
            return forward;
        }
    }

    /** Somebody may take a free port between the probe and slirp4netns' own bind; then another one is tried. */
    private Forward addFree(ForwardApi api, Forward wanted, Predicate<Forward> reserved) {
        CannotForward last = null;
        for (int i = 0; i < TRIES; i++) {
            Forward free = probe.free(wanted, reserved);
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
            return api(runtimeDirectory, forward).remove(forward)
                    || slirp(runtimeDirectory).remove(forward);
        }
    }

    /** What is forwarded now. */
    public List<Forward> list(Path runtimeDirectory) {
        synchronized (lock(runtimeDirectory)) {
            List<Forward> all = new ArrayList<>(slirp(runtimeDirectory).list());
            if (hasRelay(runtimeDirectory)) {
                all.addAll(relay(runtimeDirectory).list());
            }
            return all;
        }
    }

    /**
     * Brings what is forwarded to what should be: after a crash of the service or of slirp4netns.
     *
     * @param wanted with host port 0 for one whose choice nobody remembers: what leads there already is kept
     * @param reserved those that are not to be taken for a free one
     * @return what became of each that is wanted, in the same order
     * @throws NetworkException.HelperSilent when slirp4netns does not answer
     */
    public List<Outcome> reconcile(Path runtimeDirectory, List<Forward> wanted, Predicate<Forward> reserved) {
        synchronized (lock(runtimeDirectory)) {
            List<Forward> spare = new ArrayList<>(list(runtimeDirectory));
            List<Optional<Forward>> kept =
                    wanted.stream().map(forward -> take(spare, forward::equals)).toList();
            List<Optional<Forward>> found = new ArrayList<>();
            for (int i = 0; i < wanted.size(); i++) {
                Forward forward = wanted.get(i);
                boolean any = kept.get(i).isEmpty() && forward.hostPort() == 0;
                found.add(any ? take(spare, forward::isAnotherWayTo) : kept.get(i));
            }
            spare.forEach(forward -> remove(runtimeDirectory, forward));
            return IntStream.range(0, wanted.size())
                    .mapToObj(i -> found.get(i)
                            .map(there -> new Outcome(there, false, null))
                            .orElseGet(() -> make(runtimeDirectory, wanted.get(i), reserved)))
                    .toList();
        }
    }

    private static Optional<Forward> take(List<Forward> from, Predicate<Forward> which) {
        Optional<Forward> first = from.stream().filter(which).findFirst();
        first.ifPresent(from::remove);
        return first;
    }

    private Outcome make(Path runtimeDirectory, Forward forward, Predicate<Forward> reserved) {
        try {
            return new Outcome(add(runtimeDirectory, forward, reserved), true, null);
        } catch (CannotForward e) {
            return new Outcome(forward, false, e.getMessage());
        }
    }

    /**
     * What became of a forward.
     *
     * @param forward with the port that it has
     * @param isNew it was not there before
     * @param failure why it is not there; null when it is
     */
    public record Outcome(Forward forward, boolean isNew, String failure) {}

    /** A monitor of before the relay has none: then slirp4netns does what it can. */
    private ForwardApi api(Path runtimeDirectory, Forward forward) {
        return RelayApi.isFor(forward) && hasRelay(runtimeDirectory)
                ? relay(runtimeDirectory)
                : slirp(runtimeDirectory);
    }

    private static boolean hasRelay(Path runtimeDirectory) {
        return Files.exists(runtimeDirectory.resolve(RelayApi.SOCKET));
    }

    private RelayApi relay(Path runtimeDirectory) {
        return new RelayApi(new ApiSocket(calls, runtimeDirectory.resolve(RelayApi.SOCKET), "monitor"));
    }

    private SlirpApi slirp(Path runtimeDirectory) {
        return new SlirpApi(new ApiSocket(calls, runtimeDirectory.resolve(Slirp4netns.API_SOCKET), "slirp4netns"));
    }

    private Object lock(Path runtimeDirectory) {
        return locks.get(Math.floorMod(runtimeDirectory.hashCode(), LOCKS));
    }
}
