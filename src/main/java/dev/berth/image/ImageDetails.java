package dev.berth.image;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** All about one image, as API.md writes it: the fields of the summary, and these. */
public record ImageDetails(
        @JsonUnwrapped ImageSummary summary, Config config, List<Step> history, List<Layer> layerDetails) {
    /** How the image wants to be run. */
    public record Config(
            List<String> entrypoint,
            List<String> command,
            List<String> env,
            String user,
            String workingDir,
            List<String> exposedPorts,
            List<String> volumes,
            Map<String, String> labels,
            String stopSignal,
            Healthcheck healthcheck) {}

    /** The image's own check of its health. Times are seconds; 0 is the default. */
    public record Healthcheck(
            List<String> test, double interval, double timeout, double startPeriod, double startInterval, int retries) {
        static Healthcheck of(dev.berth.oci.Healthcheck check) {
            return new Healthcheck(
                    check.test(),
                    seconds(check.interval()),
                    seconds(check.timeout()),
                    seconds(check.startPeriod()),
                    seconds(check.startInterval()),
                    check.retries());
        }

        private static double seconds(Duration time) {
            return time.toNanos() / 1e9;
        }
    }

    /** One step of the build. */
    public record Step(Instant created, String createdBy, String comment, boolean emptyLayer) {}

    /**
     * @param size of the blob
     * @param unpackedSize of the files; null when it is not unpacked
     */
    public record Layer(String digest, String diffId, long size, Long unpackedSize) {}
}
