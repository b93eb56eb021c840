package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.time.Instant;
import java.util.List;

/**
 * What is written down of a container: {@code container.json}. Whether it runs is not in here; its monitor and exit files say that.
 *
 * @param version of this record
 * @param image the name it was created from, in full
 * @param manifest digest of the image's manifest: what it holds
 * @param started of the last start; null before the first
 * @param wanted it was started and neither stopped nor seen to end: what a new service looks for
 * @param imageEnvironment {@code NAME=value} lines of the image
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
        boolean wanted,
        int restarts,
        List<String> imageEnvironment,
        String stopSignal,
        CreateRequest config) {
    static final int VERSION = 1;

    ContainerRecord named(ContainerName name) {
        return copy(name, started, finished, exitCode, error, wanted, config);
    }

    ContainerRecord starting() {
        return copy(name, started, finished, exitCode, null, true, config);
    }

    ContainerRecord started(Instant time) {
        return copy(name, time, null, null, null, true, config);
    }

    ContainerRecord notStarted(String why) {
        return copy(name, started, finished, exitCode, why, false, config);
    }

    ContainerRecord ended(Instant time, int code, String why) {
        // The start is told by a handshake: of a quick program the end was written down first.
        Instant end = started != null && time.isBefore(started) ? started : time;
        return copy(name, started, end, code, why, false, config);
    }

    ContainerRecord with(CreateRequest config) {
        return copy(name, started, finished, exitCode, error, wanted, config);
    }

    private ContainerRecord copy(
            ContainerName name,
            Instant started,
            Instant finished,
            Integer exitCode,
            String error,
            boolean wanted,
            CreateRequest config) {
        return new ContainerRecord(
                version,
                id,
                name,
                image,
                manifest,
                imageId,
                created,
                started,
                finished,
                exitCode,
                error,
                wanted,
                restarts,
                imageEnvironment,
                stopSignal,
                config);
    }
}
