package dev.berth.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class KillCommand extends ContainersCommand {
    @Option(
            names = {"-s", "--signal"},
            paramLabel = "SIGNAL",
            defaultValue = "KILL",
            description = "Name or number of the signal (KILL)")
    String signal;

    @Override
    String each(String container, Context context) {
        context.api().post(path(container, "/kill?signal=" + Api.escape(signal)), null);
        return container;
    }
}
