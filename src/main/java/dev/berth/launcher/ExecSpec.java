package dev.berth.launcher;

import dev.berth.linux.Cgroup;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A program to run in a container that runs.
 *
 * @param id of the session, 64 hex digits
 * @param hostname of the container, for HOSTNAME
 * @param runtimeDirectory a directory of the session's own: sockets, log, exit and monitor record
 * @param container the container's PID 1
 * @param cgroup the container's
 */
public record ExecSpec(
        String id,
        String hostname,
        Path runtimeDirectory,
        ProcessIdentity container,
        ProcessSpec process,
        Security security,
        Optional<Cgroup> cgroup) {}
