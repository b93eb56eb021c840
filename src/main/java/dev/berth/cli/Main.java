package dev.berth.cli;

import dev.berth.host.HostException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/** The command line: finds the verb, reads its flags, and turns whatever goes wrong into one sentence and an exit code. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        int code = run(List.of(arguments), new Context(System.getenv(), out, err));
        out.flush();
        err.flush();
        // Nothing is left to do but restore the terminal, and a thread may hang in a read of standard input.
        System.exit(code);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** @return the exit code */
    static int run(List<String> arguments, Context context) {
        try {
            return dispatch(arguments, context);
        } catch (BrokenPipe e) {
            return BrokenPipe.EXIT_CODE;
        } catch (CliException e) {
            context.err().println("berth: " + e.getMessage());
            return e.exitCode();
        } catch (HostException e) {
            context.err().println("berth: " + e.getMessage());
            return CliException.OWN_ERROR;
        }
    }

    private static int dispatch(List<String> arguments, Context context) {
        if (arguments.isEmpty() || List.of("--help", "-h", "help").contains(arguments.get(0))) {
            return help(arguments, context);
        }
        String word = arguments.get(0);
        if (word.equals("--version") || word.equals("-v")) {
            word = "version";
        }
        List<String> rest = arguments.subList(1, arguments.size());
        Optional<Verb> verb = Verb.of(word);
        if (verb.isPresent()) {
            return run(verb.get(), rest, context);
        }
        if (word.startsWith("-")) {
            throw new CliException("unknown option '" + word + "'; look at: berth --help");
        }
        return run(Verb.RUN, ShortForm.expand(arguments, context), context);
    }

    private static int help(List<String> arguments, Context context) {
        if (arguments.size() > 1 && arguments.get(0).equals("help")) {
            Verb verb = Verb.of(arguments.get(1))
                    .orElseThrow(() -> new CliException("there is no verb '" + arguments.get(1) + "'"));
            return run(verb, List.of("--help"), context);
        }
        context.print(Help.overview());
        return 0;
    }

    static int run(Verb verb, List<String> arguments, Context context) {
        ClientCommand command = verb.command();
        CommandLine line = parser(verb, command);
        try {
            line.parseArgs(arguments.toArray(String[]::new));
        } catch (CommandLine.ParameterException e) {
            throw new CliException(sentence(e.getMessage()) + "; look at: berth " + verb.word() + " --help");
        }
        if (command.help) {
            context.print(line.getUsageMessage());
            return 0;
        }
        return command.run(context);
    }

    static CommandLine parser(Verb verb, ClientCommand command) {
        CommandLine line = new CommandLine(command)
                .setCommandName("berth " + verb.word())
                .setExpandAtFiles(false)
                .setTrimQuotes(false)
                .setInterpolateVariables(false)
                // Docker's: an alias or a script gives a flag, and who calls it another value.
                .setOverwrittenOptionsAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100)
                // The words after the image are the container's, whatever they look like.
                .setStopAtPositional(
                        List.of(Verb.RUN, Verb.CREATE, Verb.EXEC, Verb.UNSHARE).contains(verb));
        line.getCommandSpec().usageMessage().description(verb.purpose() + ".").sortOptions(true);
        return line;
    }

    private static String sentence(String message) {
        String line = message.lines().findFirst().orElse("wrong arguments");
        return line.isEmpty() ? line : Character.toLowerCase(line.charAt(0)) + line.substring(1);
    }
}
