package dev.berth.cli;

import dev.berth.host.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command
final class RunCommand extends ClientCommand {
    @Mixin
    ContainerOptions options;

    @Option(
            names = {"-d", "--detach"},
            description = "Leave it in the background and print its id")
    boolean detach;

    @Option(
            names = "--detach-keys",
            paramLabel = "KEYS",
            defaultValue = DetachKeys.DEFAULT,
            description = "Keys that leave the container running (ctrl-p,ctrl-q)")
    String detachKeys;

    @Option(
            names = "--sig-proxy",
            paramLabel = "true|false",
            defaultValue = "true",
            description = "Pass signals on to the program (true)")
    boolean proxySignals;

    @Override
    int run(Context context) {
        DetachKeys.parse(detachKeys);
        if (options.tty && options.interactive && !detach && !Terminal.isTerminal(Terminal.INPUT)) {
            throw new CliException("cannot use -i -t: standard input is not a terminal; leave out -t");
        }
        String id = CreateCommand.create(options, context);
        return detach ? detached(id, context) : attached(id, context);
    }

    private int detached(String id, Context context) {
        start(id, context);
        context.println(id);
        return 0;
    }

    /** Attaches before the start, so that nothing it writes or how it ends is missed, also when it is removed at its end. */
    private int attached(String id, Context context) {
        var style = new AttachSession.Style(options.tty, options.interactive, proxySignals && !options.tty, detachKeys);
        AttachSession.Outcome outcome;
        try (var session = new AttachSession(context.api(), "/containers/" + id, "from=0" + style.waiting(), style)) {
            outcome = session.run(() -> start(id, context));
        }
        if (outcome.detached()) {
            context.err().println("\r\nleft " + name(id) + " running; come back with: berth attach " + name(id));
            return 0;
        }
        if (options.remove && !isRunningAgain(id, context)) {
            awaitRemoval(id, context);
        }
        return outcome.exitCode();
    }

    /** Whether somebody has restarted it; that is said. */
    private boolean isRunningAgain(String id, Context context) {
        try {
            Json found = context.api().get(ContainersCommand.path(id, ""));
            if (!found.get("state").text().equals("running")) {
                return false;
            }
        } catch (CliException e) {
            return false; // it is gone, as it should be
        }
        context.err()
                .println("berth: container " + name(id) + " was restarted; look at it with: berth attach " + name(id));
        return true;
    }

    /** So that its name is free and nothing of it is left when this command ends. Not found: it is gone already. */
    private static void awaitRemoval(String id, Context context) {
        try {
            context.api().post("/containers/" + id + "/wait?condition=removed", null);
        } catch (CliException e) {
            if (!e.isNotFound()) {
                context.err().println("berth: cannot tell whether the container was removed: " + e.getMessage());
            }
        }
    }

    private String name(String id) {
        return options.name != null ? options.name : id.substring(0, 12);
    }

    private void start(String id, Context context) {
        try {
            context.api().post("/containers/" + id + "/start", null);
        } catch (CliException e) {
            if (options.remove) {
                removeQuietly(id, context);
            }
            throw e;
        }
    }

    /** --rm holds for one that never started, too. The service may have removed it already. */
    private static void removeQuietly(String id, Context context) {
        try {
            context.api().delete("/containers/" + id + "?force=true&volumes=true");
        } catch (CliException e) {
            return;
        }
    }
}
