package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/** An exec session as the API shows it. */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record ExecView(
        String id,
        String container,
        List<String> command,
        boolean tty,
        boolean running,
        Integer pid,
        Integer exitCode,
        Instant started,
        Instant finished) {}
