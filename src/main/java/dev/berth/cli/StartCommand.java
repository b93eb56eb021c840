package dev.berth.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class StartCommand extends ContainersCommand {
    @Option(
            names = {"-a", "--attach"},
            description = "Show its output and pass its exit code on")
    boolean attach;

    @Option(
            names = {"-i", "--interactive"},
            description = "Give it standard input, too")
    boolean interactive;

    @Option(
            names = "--detach-keys",
            paramLabel = "KEYS",
            defaultValue = DetachKeys.DEFAULT,
            description = "Keys that leave the container running (ctrl-p,ctrl-q)")
    String detachKeys;

    @Override
    int run(Context context) {
        if (!attach && !interactive) {
            return super.run(context);
        }
        if (containers.size() > 1) {
            throw new CliException("cannot attach to " + containers.size() + " containers at once; name one");
        }
        String container = containers.get(0);
        Json found = context.api().get(path(container, ""));
        boolean tty = found.get("config").get("tty").isTrue();
        var style = new AttachSession.Style(
                tty, interactive && found.get("config").get("openStdin").isTrue(), !tty, detachKeys);
        try (var session =
                new AttachSession(context.api(), path(container, ""), "tail=0&next=true" + style.waiting(), style)) {
            var outcome = session.run(() -> each(container, context));
            return outcome.detached() ? 0 : outcome.exitCode();
        }
    }

    @Override
    String each(String container, Context context) {
        context.api().post(path(container, "/start"), null);
        return container;
    }
}
