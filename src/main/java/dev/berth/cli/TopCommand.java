package dev.berth.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class TopCommand extends ClientCommand {
    @Parameters(paramLabel = "CONTAINER", description = "Id, the beginning of one, or name")
    String container;

    @Option(names = "--json", description = "As JSON")
    boolean json;

    @Override
    int run(Context context) {
        Json processes = context.api().get(ContainersCommand.path(container, "/top"));
        if (json) {
            context.println(processes.pretty());
            return 0;
        }
        Table table = new Table("PID", "INSIDE", "UID", "STATE", "CPU", "MEMORY", "COMMAND");
        for (Json process : processes.list()) {
            table.row(
                    process.get("pid").text(),
                    process.get("containerPid").text(),
                    process.get("uid").text(),
                    process.get("state").text(),
                    process.get("cpu").text() + "s",
                    Human.size(process.get("memory").number(0)),
                    process.get("command").text());
        }
        context.print(table.toString());
        return 0;
    }
}
