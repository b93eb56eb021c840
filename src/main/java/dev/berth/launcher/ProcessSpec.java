package dev.berth.launcher;

import dev.berth.linux.TerminalSize;
import java.util.List;
import java.util.Map;

/**
 * A program to run, with nothing left to the image but what only its file system knows.
 *
 * @param arguments program and arguments; at least one
 * @param imageEnvironment {@code NAME=value} lines of the image
 * @param environment the user's, over the image's
 * @param workingDirectory absolute; empty = "/"; made when it does not exist
 * @param tty whether it gets a terminal of the container's own
 * @param openStdin false = its input is empty (without a terminal)
 * @param size of the terminal
 */
public record ProcessSpec(
        List<String> arguments,
        List<String> imageEnvironment,
        Map<String, String> environment,
        ImageUser user,
        String workingDirectory,
        boolean tty,
        boolean openStdin,
        TerminalSize size) {
    public ProcessSpec {
        arguments = List.copyOf(arguments);
        imageEnvironment = List.copyOf(imageEnvironment);
        environment = Map.copyOf(environment);
        if (arguments.isEmpty()) {
            throw new BadLaunch("command", "no program to run: the image names none, so give a command");
        }
        if (arguments.stream().anyMatch(argument -> argument.indexOf('\0') >= 0)) {
            throw new BadLaunch("command", "an argument contains NUL, which no program can be given");
        }
        if (workingDirectory.isEmpty()) {
            workingDirectory = "/";
        }
        if (!workingDirectory.startsWith("/") || workingDirectory.indexOf('\0') >= 0) {
            throw new BadLaunch(
                    "workingDir",
                    "'%s' is not a working directory: it must begin with /"
                            .formatted(workingDirectory.replace('\0', '?')));
        }
    }

    /**
     * Program and arguments as docker combines them: a command replaces the image's command; an entrypoint replaces the
     * image's and drops the image's command too.
     *
     * @param entrypoint null = the image's; empty = none
     * @param command null or empty = the image's
     */
    public static List<String> arguments(
            List<String> imageEntrypoint, List<String> imageCommand, List<String> entrypoint, List<String> command) {
        boolean ownCommand = command != null && !command.isEmpty();
        List<String> first = entrypoint == null ? imageEntrypoint : entrypoint;
        List<String> rest = ownCommand ? command : entrypoint == null ? imageCommand : List.of();
        return java.util.stream.Stream.concat(first.stream(), rest.stream()).toList();
    }
}
