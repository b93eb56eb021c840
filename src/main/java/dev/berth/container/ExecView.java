package dev.berth.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * An exec session as the API shows it.
 *
 * @param pid null when it does not run
 * @param exitCode null while it runs
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record ExecView(
        String id,
        String container,
        boolean running,
        Integer pid,
        Integer exitCode,
        boolean tty,
        List<String> command) {}
