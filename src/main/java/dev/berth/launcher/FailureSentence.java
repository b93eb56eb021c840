package dev.berth.launcher;

import dev.berth.launcher.Handshake.Message.Failed;
import dev.berth.linux.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Says what a failed step means for the user, and what may be done. */
final class FailureSentence {
    private static final String NETWORK_LOG = "network.log";

    private FailureSentence() {}

    /** @param runtimeDirectory where the network's helper left what it said */
    static LaunchFailed of(Failed failed, Path runtimeDirectory) {
        String message = switch (failed.step()) {
            case "exec" -> exec(failed);
            case "cwd" ->
                "cannot enter the working directory %s: %s"
                        .formatted(failed.target(), failed.errno().text());
            case "mkdir" ->
                "cannot make the directory %s in the container: %s"
                        .formatted(failed.target(), failed.errno().text());
            case "network", "wait_network" ->
                "cannot start the container's network: " + helper(runtimeDirectory, failed);
            case "clone", "ids" ->
                "cannot make the container's namespaces: %s; `berth doctor` finds out why"
                        .formatted(failed.errno().text());
            case "mount", "attach", "bind", "root" -> mount(failed);
            case "join" -> "the container does not run any more";
            default ->
                "cannot start the container: step '%s'%s failed: %s"
                        .formatted(
                                failed.step(),
                                of(failed.target()),
                                failed.errno().text());
        };
        return new LaunchFailed(failed.step(), failed.target(), failed.errno(), message);
    }

    private static String of(String target) {
        return target.isEmpty() ? "" : " (" + target + ")";
    }

    private static String mount(Failed failed) {
        String message = "cannot mount %s in the container: %s"
                .formatted(failed.target(), failed.errno().text());
        boolean cannotBeMade = failed.errno() == Errno.EROFS || failed.errno() == Errno.EACCES;
        return failed.step().equals("attach") && cannotBeMade
                ? message + "; it is not there and cannot be made in what is mounted above it: make it there first"
                : message;
    }

    private static String exec(Failed failed) {
        String program = failed.target();
        if (failed.errno() == Errno.ENOENT) {
            return program.contains("/")
                    ? "cannot run %s: the image has no such program, or not the interpreter that it names"
                            .formatted(program)
                    : "cannot run '%s': the image has no such program in its PATH".formatted(program);
        }
        if (failed.errno() == Errno.EACCES) {
            return "cannot run %s: it is not executable for this user".formatted(program);
        }
        if (failed.errno() == Errno.ENOEXEC) {
            return "cannot run %s: it is no program of this machine's architecture, nor a script with #!"
                    .formatted(program);
        }
        return "cannot run %s: %s".formatted(program, failed.errno().text());
    }

    private static String helper(Path runtimeDirectory, Failed failed) {
        try {
            List<String> lines = Files.readAllLines(runtimeDirectory.resolve(NETWORK_LOG)).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            if (!lines.isEmpty()) {
                return "slirp4netns said: " + lines.get(lines.size() - 1).strip();
            }
        } catch (IOException e) {
            return failed.errno().text(); // it said nothing
        }
        return failed.errno().text();
    }
}
