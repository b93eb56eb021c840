package dev.berth.cli;

import picocli.CommandLine.Command;

@Command
final class TokenCommand extends ClientCommand {
    @Override
    int run(Context context) {
        context.println(context.token());
        return 0;
    }
}
