package dev.berth.cli;

import picocli.CommandLine.Command;

@Command
final class PauseCommand extends ContainersCommand {
    @Override
    String each(String container, Context context) {
        context.api().post(path(container, "/pause"), null);
        return container;
    }
}
