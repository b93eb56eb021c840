package dev.berth.image;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.berth.oci.Healthcheck;
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

    /** One step of the build. */
    public record Step(Instant created, String createdBy, String comment, boolean emptyLayer) {}

    /**
     * @param size of the blob
     * @param unpackedSize of the files; null when it is not unpacked
     */
    public record Layer(String digest, String diffId, long size, Long unpackedSize) {}
}
