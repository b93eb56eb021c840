package dev.berth.container;

import java.time.Instant;
import java.util.Optional;

/**
 * What of a log is wanted.
 *
 * @param follow go on until the run ends
 * @param tail the last lines only; empty for all
 * @param since not older
 * @param until not newer
 * @param stream stdout or stderr; empty for both
 */
public record LogRequest(
        boolean follow,
        Optional<Long> tail,
        Optional<Instant> since,
        Optional<Instant> until,
        boolean timestamps,
        Optional<String> stream) {
    public LogRequest {
        tail.filter(lines -> lines < 0).ifPresent(lines -> {
            throw new ContainerException.Invalid("tail", "tail " + lines + " is less than 0 lines");
        });
        stream.ifPresent(name -> Checks.oneOf("stream", name, java.util.List.of("stdout", "stderr")));
    }
}
