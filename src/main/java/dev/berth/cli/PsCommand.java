package dev.berth.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class PsCommand extends ClientCommand {
    private static final int SHORT_ID = 12;
    private static final int SHORT_COMMAND = 20;

    @Option(
            names = {"-a", "--all"},
            description = "Those that do not run, too")
    boolean all;

    @Option(
            names = {"-q", "--quiet"},
            description = "Ids only")
    boolean quiet;

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "NAME=VALUE",
            description = "id, name, state (or status), image (or ancestor), label; several of a name: any of them")
    List<String> filters = new ArrayList<>();

    @Option(
            names = {"-n", "--last"},
            paramLabel = "NUMBER",
            description = "The last created ones, whatever their state")
    Integer last;

    @Option(
            names = {"-l", "--latest"},
            description = "The last created one")
    boolean latest;

    @Option(names = "--no-trunc", description = "Nothing is cut short")
    boolean whole;

    @Option(names = "--json", description = "As JSON")
    boolean json;

    @Override
    int run(Context context) {
        ContainerFilter filter = ContainerFilter.parse(filters);
        int most = latest ? 1 : last == null ? Integer.MAX_VALUE : last;
        boolean every = all || latest || last != null || filter.asksForState();
        List<Json> containers = context.api().get("/containers?all=" + every).list().stream()
                .filter(filter::matches)
                .sorted(Comparator.comparing((Json c) -> c.get("created").text())
                        .reversed())
                .limit(most)
                .toList();
        if (json) {
            context.println(new Json(containers.stream().map(Json::value).toList()).pretty());
        } else if (quiet) {
            containers.forEach(c -> context.println(id(c)));
        } else {
            context.print(table(containers, Instant.now()));
        }
        return 0;
    }

    private String table(List<Json> containers, Instant now) {
        Table table = new Table("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES");
        for (Json c : containers) {
            table.row(
                    id(c),
                    Images.familiar(c.get("image").text()),
                    command(c),
                    Human.since(c.get("created").text(), now) + " ago",
                    status(c, now),
                    ports(c),
                    c.get("name").text());
        }
        return table.toString();
    }

    private String id(Json container) {
        String id = container.get("id").text();
        return whole || id.length() < SHORT_ID ? id : id.substring(0, SHORT_ID);
    }

    private String command(Json container) {
        Json config = container.get("config");
        List<Json> words = new ArrayList<>(config.get("entrypoint").list());
        words.addAll(config.get("command").list());
        String command = words.stream().map(Json::text).collect(Collectors.joining(" "));
        return whole || command.length() <= SHORT_COMMAND ? command : command.substring(0, SHORT_COMMAND - 1) + "…";
    }

    static String status(Json container, Instant now) {
        String state = container.get("state").text();
        String health = container.get("health").text();
        return switch (state) {
            case "running", "paused" ->
                "Up " + Human.since(container.get("started").text(), now)
                        + (state.equals("paused") ? " (paused)" : "")
                        + (health.isEmpty() || health.equals("none") ? "" : " (" + health + ")");
            case "exited", "dead" -> {
                String finished = container.get("finished").text();
                yield (state.equals("dead") ? "Dead" : "Exited") + " ("
                        + container.get("exitCode").text() + ")"
                        + (finished.isEmpty() ? "" : " " + Human.since(finished, now) + " ago");
            }
            default -> state.isEmpty() ? "" : Character.toUpperCase(state.charAt(0)) + state.substring(1);
        };
    }

    private static String ports(Json container) {
        return container.get("ports").list().stream()
                .map(p -> (p.get("hostPort").isNull()
                                ? ""
                                : p.get("hostAddress").text() + ":"
                                        + p.get("hostPort").text() + "->")
                        + p.get("containerPort").text() + "/"
                        + p.get("protocol").text())
                .collect(Collectors.joining(", "));
    }
}
