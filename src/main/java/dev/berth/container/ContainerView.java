package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * A container as the API shows it, everywhere the same.
 *
 * @param pid the pid of the image's process as the service sees it; null when it does not run
 * @param error the sentence of why it did not start, or ended by no fault of its own
 * @param config the request, resolved
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record ContainerView(
        String id,
        String name,
        String image,
        String imageId,
        ContainerState state,
        Integer pid,
        Integer exitCode,
        boolean oomKilled,
        String error,
        Instant created,
        Instant started,
        Instant finished,
        String health,
        int restarts,
        String address,
        List<PortView> ports,
        CreateRequest config) {

    /**
     * A forward and how it is.
     *
     * @param state active, pending or failed
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record PortView(
            String hostAddress, Integer hostPort, int containerPort, String protocol, String state, String error) {}
}
