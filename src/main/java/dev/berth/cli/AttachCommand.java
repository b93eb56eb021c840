package dev.berth.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class AttachCommand extends ClientCommand {
    @Option(names = "--no-stdin", description = "Only look")
    boolean noInput;

    @Option(names = "--no-replay", description = "Do not show earlier output first")
    boolean noReplay;

    @Option(
            names = "--sig-proxy",
            paramLabel = "true|false",
            defaultValue = "true",
            description = "Pass signals on to the program (true)")
    boolean proxySignals;

    @Option(
            names = "--detach-keys",
            paramLabel = "KEYS",
            defaultValue = DetachKeys.DEFAULT,
            description = "Keys that leave the container running (ctrl-p,ctrl-q)")
    String detachKeys;

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Id or name")
    String container;

    @Override
    int run(Context context) {
        Json found = context.api().get(ContainersCommand.path(container, ""));
        String state = found.get("state").text();
        if (!state.equals("running") && !state.equals("paused")) {
            throw new CliException("cannot attach to " + container + ": it is " + state
                    + (state.equals("exited") || state.equals("created")
                            ? "; start it with: berth start -ai " + container
                            : ""));
        }
        Json config = found.get("config");
        boolean tty = config.get("tty").isTrue();
        boolean input = !noInput && config.get("openStdin").isTrue();
        var style = new AttachSession.Style(tty, input, proxySignals && !tty, detachKeys);
        String query = noReplay ? "tail=0" : "from=0";
        try (var session = new AttachSession(context.api(), ContainersCommand.path(container, ""), query, style)) {
            var outcome = session.run(() -> {});
            if (outcome.detached()) {
                context.err().println("\r\nleft " + container + " running");
                return 0;
            }
            return outcome.exitCode();
        }
    }
}
