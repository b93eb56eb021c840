package dev.berth.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code system df}. */
@Command
final class SystemCommand extends ClientCommand {
    @Parameters(index = "0", paramLabel = "df", description = "What to do")
    String verb;

    @Option(names = "--json", description = "As JSON")
    boolean json;

    @Override
    int run(Context context) {
        if (!verb.equals("df")) {
            throw new CliException("there is no 'system " + verb + "' in this version of Berth: df");
        }
        Json use = context.api().get("/system/df");
        context.print(json ? use.pretty() + "\n" : table(use).toString());
        return 0;
    }

    private static Table table(Json use) {
        Table table = new Table("TYPE", "TOTAL", "SIZE", "RECLAIMABLE");
        row(table, "Images", use.get("images"));
        row(table, "Containers", use.get("containers"));
        row(table, "Volumes", use.get("volumes"));
        return table;
    }

    private static void row(Table table, String type, Json part) {
        table.row(
                type,
                part.get("count").text(),
                Human.size(part.get("size").number(0)),
                Human.size(part.get("reclaimable").number(0)));
    }
}
