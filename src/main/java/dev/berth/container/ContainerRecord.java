package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.List;

/**
 * A container as {@code container.json} holds it. What its processes are stands in the monitor's record and what became of
 * them in the exit file: the kernel's truth is read from there.
 *
 * @param version of this record
 * @param image the name it was made from, canonical; an id when it had none
 * @param imageId digest of the image's configuration
 * @param manifest digest of the image's manifest: the container holds it
 * @param config the request with nothing left open
 * @param stopSignal what {@code stop} sends
 * @param ownVolumes those without a name that were made for it
 * @param forwards with the ports of the machine that they have
 * @param runs how often it was started
 * @param error why it did not start, or ended by no fault of its own; null when there is nothing to say
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ContainerRecord(
        int version,
        ContainerId id,
        ContainerName name,
        String image,
        String imageId,
        String manifest,
        Instant created,
        CreateRequest config,
        String stopSignal,
        List<String> ownVolumes,
        List<PortRequest> forwards,
        ContainerState state,
        Instant started,
        Instant finished,
        Integer exitCode,
        String error,
        int runs) {
    static final int VERSION = 1;

    public ContainerRecord {
        ownVolumes = ownVolumes == null ? List.of() : List.copyOf(ownVolumes);
        forwards = forwards == null ? List.of() : List.copyOf(forwards);
    }

    ContainerRecord named(ContainerName other) {
        return new ContainerRecord(
                version,
                id,
                other,
                image,
                imageId,
                manifest,
                created,
                config,
                stopSignal,
                ownVolumes,
                forwards,
                state,
                started,
                finished,
                exitCode,
                error,
                runs);
    }

    ContainerRecord forwarding(List<PortRequest> others) {
        return new ContainerRecord(
                version,
                id,
                name,
                image,
                imageId,
                manifest,
                created,
                config,
                stopSignal,
                ownVolumes,
                others,
                state,
                started,
                finished,
                exitCode,
                error,
                runs);
    }

    private ContainerRecord in(
            ContainerState next, Instant started, Instant finished, Integer exitCode, String error, int runs) {
        return new ContainerRecord(
                version,
                id,
                name,
                image,
                imageId,
                manifest,
                created,
                config,
                stopSignal,
                ownVolumes,
                forwards,
                next,
                started,
                finished,
                exitCode,
                error,
                runs);
    }

    ContainerRecord starting() {
        return in(ContainerState.STARTING, null, null, null, null, runs + 1);
    }

    ContainerRecord running(Instant since) {
        return in(ContainerState.RUNNING, since, null, null, null, runs);
    }

    ContainerRecord stopping() {
        return in(ContainerState.STOPPING, started, null, null, error, runs);
    }

    ContainerRecord exited(int code, Instant when, String reason) {
        return in(ContainerState.EXITED, started, when, code, reason == null || reason.isEmpty() ? null : reason, runs);
    }

    /** A start that came to nothing: as docker has it, it counts as ended with 125, 126 or 127. */
    ContainerRecord notStarted(int code, Instant when, String why) {
        return in(ContainerState.EXITED, started, when, code, why, runs);
    }

    /** Program and arguments. */
    List<String> arguments() {
        List<String> all = new java.util.ArrayList<>(config.entrypoint());
        all.addAll(config.command());
        return all;
    }
}
