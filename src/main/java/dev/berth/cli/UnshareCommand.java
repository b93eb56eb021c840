package dev.berth.cli;

import dev.berth.host.EnterPlan;
import dev.berth.host.Installation;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Files of subordinate ids belong to nobody outside: in here they can be read and removed. */
@Command
final class UnshareCommand extends ClientCommand {
    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The program; else a shell")
    List<String> command = new ArrayList<>();

    @Override
    int run(Context context) {
        List<String> program =
                command.isEmpty() ? List.of(context.environment().getOrDefault("SHELL", "/bin/sh")) : command;
        EnterPlan.forProgram(context.environment(), Installation.locate(), program)
                .exec();
        return 0;
    }
}
