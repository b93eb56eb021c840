package dev.berth.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class StopCommand extends ContainersCommand {
    @Option(
            names = {"-t", "--time", "--timeout"},
            paramLabel = "SECONDS",
            description = "How long to wait before SIGKILL (the container's stop timeout)")
    Integer timeout;

    @Override
    String each(String container, Context context) {
        context.api().post(path(container, "/stop" + (timeout == null ? "" : "?timeout=" + timeout)), null);
        return container;
    }
}
