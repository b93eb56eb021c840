package dev.berth.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class RmCommand extends ContainersCommand {
    @Option(
            names = {"-f", "--force"},
            description = "Also one that runs: it is killed; and none that is not there is an error")
    boolean force;

    @Option(
            names = {"-v", "--volumes"},
            description = "Remove its volumes without a name, too")
    boolean volumes;

    @Override
    String each(String container, Context context) {
        try {
            context.api().delete(path(container, "?force=" + force + (volumes ? "&volumes=true" : "")));
        } catch (CliException e) {
            if (!force || !e.isNotFound()) {
                throw e;
            }
        }
        return container;
    }
}
