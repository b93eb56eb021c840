package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.berth.network.Subnet;
import java.time.Instant;
import java.util.List;

/**
 * What is written down of a container: {@code container.json}. Whether it runs is not in here; its monitor and exit files say that.
 *
 * @param version of this record
 * @param image the name it was created from, in full
 * @param manifest digest of the image's manifest: what it holds
 * @param started of the last start; null before the first
 * @param oomKilled its end was the kernel's doing, for want of memory
 * @param wanted it was started and neither stopped nor seen to end: what a new service looks for
 * @param address its own since its last start; null for one without a network, and for one that an earlier Berth started
 * @param begun when the start began that is under way; null otherwise
 * @param removing it is being removed, with its anonymous volumes: a new service completes that
 * @param imageEnvironment {@code NAME=value} lines of the image
 * @param ownVolumes those that were made for it and that nobody has named; null of one that an earlier Berth made
 * @param config the request, resolved; its ports are those of now
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record ContainerRecord(
        int version,
        String id,
        ContainerName name,
        String image,
        String manifest,
        String imageId,
        Instant created,
        Instant started,
        Instant finished,
        Integer exitCode,
        String error,
        boolean oomKilled,
        boolean wanted,
        String address,
        Instant begun,
        boolean removing,
        int restarts,
        List<String> imageEnvironment,
        String stopSignal,
        List<String> ownVolumes,
        CreateRequest config) {
    static final int VERSION = 1;

    ContainerRecord {
        // Earlier builds wrote down the name before a renaming there.
        config = config == null ? null : config.withName(name);
    }

    /** The state of one that does not run. */
    ContainerState atRest() {
        return started == null && finished == null ? ContainerState.CREATED : ContainerState.EXITED;
    }

    ContainerRecord named(ContainerName name) {
        return copy(name, run(), removing, config);
    }

    /** @param address its own from now on; null without a network */
    ContainerRecord starting(Instant time, String address) {
        return run(new Run(started, finished, exitCode, null, false, true, address, time));
    }

    ContainerRecord started(Instant time) {
        return run(new Run(time, null, null, null, false, true, address, null));
    }

    ContainerRecord notStarted(String why) {
        return run(new Run(started, finished, exitCode, why, false, false, address, null));
    }

    ContainerRecord ended(Instant time, int code, String why, boolean outOfMemory) {
        // Nobody was there to write down that the start had worked.
        Instant start = begun != null ? begun : started != null ? started : time;
        // The start is told by a handshake: of a quick program the end was written down first.
        Instant end = time.isBefore(start) ? start : time;
        return run(new Run(start, end, code, why, outOfMemory, false, address, null));
    }

    ContainerRecord asRemoving() {
        return copy(name, new Run(started, finished, exitCode, error, oomKilled, false, address, null), true, config);
    }

    ContainerRecord with(CreateRequest config) {
        return copy(name, run(), removing, config);
    }

    /** Whether a volume got its name from the user, as far as this record can tell. */
    boolean hasNamed(String volume) {
        return ownVolumes != null && !ownVolumes.contains(volume);
    }

    /** What ports lead to; of one that runs with a network. */
    String addressInside() {
        return address == null ? Subnet.USUAL.address() : address;
    }

    private Run run() {
        return new Run(started, finished, exitCode, error, oomKilled, wanted, address, begun);
    }

    /** What changes from start to end. */
    private record Run(
            Instant started,
            Instant finished,
            Integer exitCode,
            String error,
            boolean oomKilled,
            boolean wanted,
            String address,
            Instant begun) {}

    private ContainerRecord run(Run run) {
        return copy(name, run, removing, config);
    }

    private ContainerRecord copy(ContainerName name, Run run, boolean removing, CreateRequest config) {
        return new ContainerRecord(
                version,
                id,
                name,
                image,
                manifest,
                imageId,
                created,
                run.started,
                run.finished,
                run.exitCode,
                run.error,
                run.oomKilled,
                run.wanted,
                run.address,
                run.begun,
                removing,
                restarts,
                imageEnvironment,
                stopSignal,
                ownVolumes,
                config);
    }
}
