package dev.berth.launcher;

import dev.berth.linux.Cgroup;
import dev.berth.linux.Fd;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A container to start.
 *
 * @param id 64 hex digits
 * @param directory the container's own ({@code containers/<id>}): log, exit and monitor record are written here, and the
 *     files /etc/hosts, /etc/hostname and /etc/resolv.conf of the container
 * @param runtimeDirectory a directory of the container's own, for its sockets
 * @param root its file system as a mount that is attached to nothing; stays the caller's
 * @param mounts in the order in which they are attached; Berth's files in /etc come after them, but for a file that one of them is
 *     mounted at, and those that are missing in one that takes no new file
 * @param cgroup the group in which it starts, already made
 */
public record LaunchSpec(
        String id,
        String hostname,
        Path directory,
        Path runtimeDirectory,
        Fd root,
        ProcessSpec process,
        List<MountSpec> mounts,
        Security security,
        NetworkSpec network,
        LogLimits log,
        Optional<Cgroup> cgroup) {
    public LaunchSpec {
        mounts = List.copyOf(mounts);
    }
}
