package dev.berth.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command
final class RenameCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Id or name")
    String container;

    @Parameters(index = "1", paramLabel = "NAME", description = "The new name")
    String name;

    @Override
    int run(Context context) {
        context.api().post(ContainersCommand.path(container, "/rename"), new Json(Map.of("name", name)));
        return 0;
    }
}
