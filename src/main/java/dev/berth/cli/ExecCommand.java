package dev.berth.cli;

import dev.berth.host.Terminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class ExecCommand extends ClientCommand {
    @Option(
            names = {"-i", "--interactive"},
            description = "Give it standard input")
    boolean interactive;

    @Option(
            names = {"-t", "--tty"},
            description = "Give it a terminal")
    boolean tty;

    @Option(
            names = {"-d", "--detach"},
            description = "Leave it in the background")
    boolean detach;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            description = "Environment")
    List<String> env = new ArrayList<>();

    @Option(names = "--env-file", paramLabel = "FILE", description = "Lines of NAME=VALUE")
    List<Path> envFiles = new ArrayList<>();

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIRECTORY",
            description = "Working directory")
    String workingDir;

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            description = "User by name or number")
    String user;

    @Option(
            names = "--detach-keys",
            paramLabel = "KEYS",
            defaultValue = DetachKeys.DEFAULT,
            description = "Keys that leave the program running (ctrl-p,ctrl-q)")
    String detachKeys;

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Id or name")
    String container;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "Program and arguments")
    List<String> command;

    @Override
    int run(Context context) {
        DetachKeys.parse(detachKeys);
        if (tty && interactive && !detach && !Terminal.isTerminal(Terminal.INPUT)) {
            throw new CliException("cannot use -i -t: standard input is not a terminal; leave out -t");
        }
        Json created = context.api().post(ContainersCommand.path(container, "/exec"), request(context));
        String id = created.get("id").text();
        if (detach) {
            return 0;
        }
        var style = new AttachSession.Style(tty, interactive, !tty, detachKeys);
        try (var session = new AttachSession(context.api(), "/exec/" + Api.escape(id), "from=0", style)) {
            var outcome = session.run(() -> {});
            return outcome.detached() ? 0 : outcome.exitCode();
        }
    }

    private Json request(Context context) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("command", command);
        request.put("tty", tty);
        request.put("openStdin", interactive && !detach);
        if (detach) {
            request.put("detach", true);
        }
        Map<String, String> environment = Environment.of(env, envFiles, context.environment());
        request.put("env", environment);
        request.put("user", user);
        request.put("workingDir", workingDir);
        if (tty) {
            Terminal.Size size = Terminal.size();
            request.put("columns", size.columns());
            request.put("rows", size.rows());
        }
        return new Json(request);
    }
}
