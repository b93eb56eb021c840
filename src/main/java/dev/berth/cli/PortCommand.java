package dev.berth.cli;

import java.util.List;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code port ls}, {@code port add} and {@code port rm}; with the name of a container alone it lists, as docker's does. */
@Command(
        customSynopsis = {
            "berth port ls [--json] [CONTAINER]",
            "       berth port add [--json] CONTAINER [[HOST:]HOSTPORT:]CONTAINERPORT[/udp]...",
            "       berth port rm CONTAINER [HOST:]HOSTPORT[/udp]...",
            "       berth port CONTAINER"
        })
final class PortCommand extends ClientCommand {
    @Option(names = "--json", description = "As JSON")
    boolean json;

    @Parameters(
            index = "0",
            paramLabel = "ls|add|rm",
            description =
                    "ls: the forwards of a container; of none named: all, and every port that is taken on this machine "
                            + "with its holder. add: forward a port of this machine, a free one where none is said, at once or when "
                            + "the container starts. rm: end that.")
    String action;

    @Parameters(
            index = "1..*",
            paramLabel = "CONTAINER PORT",
            description = "Id, the beginning of one, or name; then ports")
    List<String> words = List.of();

    @Override
    int run(Context context) {
        return switch (action) {
            case "ls" -> list(words, context);
            case "add" -> each("add CONTAINER [[HOST:]HOSTPORT:]CONTAINERPORT[/udp]", context, this::add);
            case "rm" -> each("rm CONTAINER [HOST:]HOSTPORT[/udp]", context, this::remove);
            default -> {
                if (!words.isEmpty()) {
                    throw new CliException("cannot do '" + action + "' with ports: write ls, add or rm");
                }
                yield list(List.of(action), context);
            }
        };
    }

    private int list(List<String> of, Context context) {
        if (of.size() > 1) {
            throw new CliException("cannot list the ports of several containers at once; leave the names out for all");
        }
        Json found = context.api().get(of.isEmpty() ? "/ports" : ContainersCommand.path(of.get(0), "/ports"));
        if (json) {
            context.println(found.pretty());
        } else {
            context.print((of.isEmpty() ? PortTable.ofMachine(found) : PortTable.of(of.get(0), found)).toString());
        }
        return 0;
    }

    /** A step for each port of a container: it goes on after one that fails, and fails at the end. */
    private int each(String usage, Context context, BiFunction<String, Api, String> step) {
        if (words.size() < 2) {
            throw new CliException("which port of which container? write: berth port " + usage);
        }
        int code = 0;
        for (String port : words.subList(1, words.size())) {
            try {
                context.println(step.apply(port, context.api()));
            } catch (CliException e) {
                context.err().println("berth: " + e.getMessage());
                code = e.exitCode();
            }
        }
        return code;
    }

    private String add(String port, Api api) {
        Json made = api.post(ContainersCommand.path(words.get(0), "/ports"), new Json(PortOption.parse(port)));
        return json ? made.pretty() : PortTable.line(words.get(0), made);
    }

    private String remove(String port, Api api) {
        api.delete(ContainersCommand.path(words.get(0), "/ports/" + PortOption.outside(port)));
        return port;
    }
}
