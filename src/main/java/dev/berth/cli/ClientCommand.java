package dev.berth.cli;

import picocli.CommandLine.Option;

/** A verb. Its fields are its flags and words, filled by picocli. */
abstract class ClientCommand {
    @Option(names = "--help", usageHelp = true, description = "Show this help")
    boolean help;

    /** @return the exit code */
    abstract int run(Context context);
}
