package dev.berth.cli;

import dev.berth.host.Terminal;
import dev.berth.oci.OciException;
import dev.berth.oci.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class PullCommand extends ClientCommand {
    @Option(
            names = {"-q", "--quiet"},
            description = "Only the reference at the end")
    boolean quiet;

    @Option(names = "--platform", paramLabel = "OS/ARCHITECTURE[/VARIANT]", description = "Instead of this machine's")
    String platform;

    @Parameters(index = "0", paramLabel = "IMAGE", description = "The image")
    String image;

    @Override
    int run(Context context) {
        try {
            Reference.parse(image);
        } catch (OciException e) {
            throw new CliException(e.getMessage());
        }
        Json done = new ImageFetch(context.api(), quiet ? null : context.out(), Terminal.isTerminal(Terminal.OUTPUT))
                .pull(image, platform);
        if (!quiet) {
            context.println("Digest: " + done.get("digest").text());
        }
        context.println(done.get("reference").text());
        return 0;
    }
}
