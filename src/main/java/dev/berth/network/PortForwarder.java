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
 * Leads ports of the machine to running containers, by slirp4netns. For several threads at once; calls for one container wait for each other.
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
    public Forward add(Guest guest, Forward forward, Predicate<Forward> reserved) {
        synchronized (lock(guest)) {
            ForwardApi api = api(guest, forward);
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
    public boolean remove(Guest guest, Forward forward) {
        synchronized (lock(guest)) {
            return api(guest, forward).remove(forward) || slirp(guest).remove(forward);
        }
    }

    /** What is forwarded now. */
    public List<Forward> list(Guest guest) {
        synchronized (lock(guest)) {
            List<Forward> all = new ArrayList<>(slirp(guest).list());
            if (hasRelay(guest)) {
                all.addAll(relay(guest).list());
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
    public List<Outcome> reconcile(Guest guest, List<Forward> wanted, Predicate<Forward> reserved) {
        synchronized (lock(guest)) {
            List<Forward> spare = new ArrayList<>(list(guest));
            List<Optional<Forward>> kept =
                    wanted.stream().map(forward -> take(spare, forward::equals)).toList();
            List<Optional<Forward>> found = new ArrayList<>();
            for (int i = 0; i < wanted.size(); i++) {
                Forward forward = wanted.get(i);
                boolean any = kept.get(i).isEmpty() && forward.hostPort() == 0;
                found.add(any ? take(spare, forward::isAnotherWayTo) : kept.get(i));
            }
            spare.forEach(forward -> remove(guest, forward));
            return IntStream.range(0, wanted.size())
                    .mapToObj(i -> found.get(i)
                            .map(there -> new Outcome(there, false, null))
                            .orElseGet(() -> make(guest, wanted.get(i), reserved)))
                    .toList();
        }
    }

    private static Optional<Forward> take(List<Forward> from, Predicate<Forward> which) {
        Optional<Forward> first = from.stream().filter(which).findFirst();
        first.ifPresent(from::remove);
        return first;
    }

    private Outcome make(Guest guest, Forward forward, Predicate<Forward> reserved) {
        try {
            return new Outcome(add(guest, forward, reserved), true, null);
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
    private ForwardApi api(Guest guest, Forward forward) {
        return RelayApi.isFor(forward) && hasRelay(guest) ? relay(guest) : slirp(guest);
    }

    private static boolean hasRelay(Guest guest) {
        return Files.exists(guest.runtimeDirectory().resolve(RelayApi.SOCKET));
    }

    private RelayApi relay(Guest guest) {
        return new RelayApi(
                new ApiSocket(calls, guest.runtimeDirectory().resolve(RelayApi.SOCKET), "monitor"), guest.address());
    }

    private SlirpApi slirp(Guest guest) {
        return new SlirpApi(
                new ApiSocket(calls, guest.runtimeDirectory().resolve(Slirp4netns.API_SOCKET), "slirp4netns"),
                guest.address());
    }

    private Object lock(Guest guest) {
        return locks.get(Math.floorMod(guest.runtimeDirectory().hashCode(), LOCKS));
    }
}
