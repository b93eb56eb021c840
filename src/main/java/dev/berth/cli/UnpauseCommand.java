package dev.berth.cli;

import picocli.CommandLine.Command;

@Command
final class UnpauseCommand extends ContainersCommand {
    @Override
    String each(String container, Context context) {
        context.api().post(path(container, "/unpause"), null);
        return container;
    }
}
