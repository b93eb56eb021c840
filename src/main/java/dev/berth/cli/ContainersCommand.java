package dev.berth.cli;

import java.util.List;
import picocli.CommandLine.Parameters;

/** A verb for each of several containers: it goes on after one that fails, and fails at the end. */
abstract class ContainersCommand extends ClientCommand {
    @Parameters(paramLabel = "CONTAINER", arity = "1..*", description = "Id, the beginning of one, or name")
    List<String> containers;

    /** @return the line to print */
    abstract String each(String container, Context context);

    @Override
    int run(Context context) {
        int code = 0;
        for (String container : containers) {
            try {
                context.println(each(container, context));
            } catch (CliException e) {
                context.err().println("berth: " + e.getMessage());
                code = e.exitCode();
            }
        }
        return code;
    }

    static String path(String container, String action) {
        return "/containers/" + Api.escape(container) + action;
    }
}
