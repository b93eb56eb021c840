package dev.berth.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code volume ls|create|inspect|rm|prune}. */
@Command
final class VolumeCommand extends ClientCommand {

    @Parameters(index = "0", paramLabel = "ls|create|inspect|rm|prune", description = "What to do")
    String verb;

    @Parameters(index = "1..*", paramLabel = "VOLUME", description = "Names")
    List<String> names = new ArrayList<>();

    @Option(
            names = {"-q", "--quiet"},
            description = "ls: names only")
    boolean quiet;

    @Option(
            names = {"-f", "--force"},
            description = "rm: one that is not there is no error; prune: asks nothing, which it never does")
    boolean force;

    @Option(
            names = {"-a", "--all"},
            description = "prune: those that have a name, too")
    boolean all;

    @Option(
            names = {"-l", "--label"},
            paramLabel = "NAME[=VALUE]",
            description = "create: a label of the volume")
    List<String> labels = new ArrayList<>();

    @Option(names = "--json", description = "As JSON")
    boolean json;

    @Override
    int run(Context context) {
        return switch (verb) {
            case "ls", "list" -> list(context);
            case "create" -> create(context);
            case "inspect" -> inspect(context);
            case "rm", "remove" -> each(context, name -> remove(name, context.api()));
            case "prune" -> prune(context);
            default -> throw new CliException("there is no 'volume " + verb + "': ls, create, inspect, rm or prune");
        };
    }

    private int list(Context context) {
        Json volumes = context.api().get("/volumes");
        if (json) {
            context.println(volumes.pretty());
            return 0;
        }
        Table table = new Table("VOLUME NAME", "CREATED", "USED BY");
        for (Json volume : volumes.list()) {
            String name = volume.get("name").text();
            if (quiet) {
                context.println(name);
            }
            table.row(
                    name,
                    Human.since(volume.get("created").text(), Instant.now()) + " ago",
                    String.join(
                            ", ",
                            volume.get("usedBy").list().stream()
                                    .map(id -> Images.shortId(id.text()))
                                    .toList()));
        }
        if (!quiet) {
            context.print(table.toString());
        }
        return 0;
    }

    private int create(Context context) {
        if (names.size() > 1) {
            throw new CliException("cannot create " + names.size() + " volumes at once; name one");
        }
        Map<String, Object> wanted = new LinkedHashMap<>();
        names.forEach(name -> wanted.put("name", name));
        wanted.put("labels", Environment.labels(labels));
        context.println(
                context.api().post("/volumes", new Json(wanted)).get("name").text());
        return 0;
    }

    private int inspect(Context context) {
        List<Object> found = new ArrayList<>();
        int code = each(context, name -> {
            found.add(context.api().get(path(name)).value());
            return null;
        });
        context.println(new Json(found).pretty());
        return code;
    }

    private String remove(String name, Api api) {
        try {
            api.delete(path(name));
        } catch (CliException e) {
            if (!force || !e.isNotFound()) {
                throw e;
            }
        }
        return name;
    }

    /** Those that no container names: the anonymous ones, as docker does, or all. */
    private int prune(Context context) {
        if (!names.isEmpty()) {
            throw new CliException("prune takes no names; remove one with: berth volume rm " + names.get(0));
        }
        context.api().get("/volumes").list().stream()
                .filter(volume -> volume.get("usedBy").list().isEmpty())
                .filter(volume -> all || volume.get("anonymous").isTrue())
                .map(volume -> volume.get("name").text())
                .forEach(names::add);
        return names.isEmpty() ? 0 : each(context, name -> remove(name, context.api()));
    }

    /** Goes on after one that fails, and fails at the end. */
    private int each(Context context, java.util.function.UnaryOperator<String> action) {
        if (names.isEmpty()) {
            throw new CliException("volume " + verb + " needs the name of a volume");
        }
        int code = 0;
        for (String name : names) {
            try {
                String line = action.apply(name);
                if (line != null) {
                    context.println(line);
                }
            } catch (CliException e) {
                context.err().println("berth: " + e.getMessage());
                code = e.exitCode();
            }
        }
        return code;
    }

    private static String path(String name) {
        return "/volumes/" + Api.escape(name);
    }
}
