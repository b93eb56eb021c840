package dev.berth.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How an image wants to be run. Entrypoint and command are empty lists when the image sets none.
 *
 * @param user name, uid, name:group or uid:gid; empty for root
 * @param env lines {@code NAME=value}, in order
 * @param stopSignal name or number; empty for SIGTERM
 * @param exposedPorts {@code 80/tcp}
 * @param shell what runs a health check's or a Dockerfile's plain line; empty for /bin/sh -c
 */
public record RunConfig(
        String user,
        List<String> env,
        List<String> entrypoint,
        List<String> command,
        String workingDir,
        String stopSignal,
        List<String> volumes,
        List<String> exposedPorts,
        Map<String, String> labels,
        Optional<Healthcheck> healthcheck,
        List<String> shell) {

    /** What an image without a {@code config} object means. */
    public static final RunConfig EMPTY = new RunConfig(
            "", List.of(), List.of(), List.of(), "", "", List.of(), List.of(), Map.of(), Optional.empty(), List.of());

    public RunConfig {
        env = List.copyOf(env);
        entrypoint = List.copyOf(entrypoint);
        command = List.copyOf(command);
        volumes = List.copyOf(volumes);
        exposedPorts = List.copyOf(exposedPorts);
        labels = Map.copyOf(labels);
        shell = List.copyOf(shell);
    }

    static RunConfig read(Json json) {
        return new RunConfig(
                json.text("User").orElse(""),
                json.texts("Env"),
                json.textsOrText("Entrypoint").orElse(List.of()),
                json.textsOrText("Cmd").orElse(List.of()),
                json.text("WorkingDir").orElse(""),
                json.text("StopSignal").orElse(""),
                json.names("Volumes"),
                json.names("ExposedPorts"),
                json.textMap("Labels"),
                json.object("Healthcheck").map(Healthcheck::read),
                json.textsOrText("Shell").orElse(List.of()));
    }
}
