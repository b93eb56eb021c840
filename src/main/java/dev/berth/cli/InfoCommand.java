package dev.berth.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class InfoCommand extends ClientCommand {
    @Option(names = "--json", description = "As JSON")
    boolean json;

    @Override
    int run(Context context) {
        Json info = context.api().get("/system/info");
        if (json) {
            context.println(info.pretty());
        } else {
            print(info, "", context);
        }
        return 0;
    }

    /** Whatever the service tells, a line for each value, what belongs together indented. */
    private static void print(Json object, String indent, Context context) {
        for (Map.Entry<?, ?> entry : object.map().entrySet()) {
            Json value = new Json(entry.getValue());
            if (value.value() instanceof Map<?, ?>) {
                context.println(indent + entry.getKey() + ":");
                print(value, indent + "  ", context);
            } else {
                String text = value.list().isEmpty()
                        ? value.text()
                        : String.join(
                                ", ", value.list().stream().map(Json::text).toList());
                context.println(indent + entry.getKey() + ": " + Table.printable(text));
            }
        }
    }
}
