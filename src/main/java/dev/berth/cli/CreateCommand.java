package dev.berth.cli;

import dev.berth.host.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command
final class CreateCommand extends ClientCommand {
    @Mixin
    ContainerOptions options;

    @Override
    int run(Context context) {
        context.println(create(options, context));
        return 0;
    }

    /** Fetches the image when the policy says so and creates the container. @return its id */
    static String create(ContainerOptions options, Context context) {
        Json request = options.request(context.environment());
        // Progress goes to standard error: standard output belongs to the container.
        new ImageFetch(context.api(), options.quiet ? null : context.err(), Terminal.isTerminal(Terminal.ERROR))
                .ensure(options.image, options.pull);
        return context.api().post("/containers", request).get("id").text();
    }
}
