package dev.berth.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class WaitCommand extends ContainersCommand {
    @Option(
            names = "--condition",
            paramLabel = "CONDITION",
            defaultValue = "not-running",
            description = "not-running (the default) or removed")
    String condition;

    @Override
    String each(String container, Context context) {
        return context.api()
                .post(path(container, "/wait?condition=" + Api.escape(condition)), null)
                .get("exitCode")
                .text();
    }
}
