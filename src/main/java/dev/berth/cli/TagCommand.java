package dev.berth.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command
final class TagCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "IMAGE", description = "A name or an id")
    String source;

    @Parameters(index = "1", paramLabel = "NAME[:TAG]", description = "The new name")
    String target;

    @Override
    int run(Context context) {
        context.api().post("/images/tag", new Json(Map.of("source", source, "target", target)));
        return 0;
    }
}
