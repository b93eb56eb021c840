package dev.berth.cli.demo;

import dev.berth.cli.Main;
import dev.berth.host.Terminal;
import java.util.ArrayList;
import java.util.List;

/**
 * Serves an image made of the machine's own busybox from a registry on loopback, and runs it as {@code berth run} would
 * any other. Arguments are the command in the container; without any, its shell.
 */
public final class Demo {

    private static final String REPOSITORY = "demo";
    /** The usual one of registries, so that the image's name is the same next time. */
    private static final int PORT = 5000;

    private Demo() {}

    public static void main(String[] command) {
        try {
            LoopbackRegistry registry = LoopbackRegistry.start(REPOSITORY, PORT);
            registry.put("latest", DemoImage.of(Busybox.find()));
            List<String> arguments = new ArrayList<>(List.of("run", "-i", "--rm", "--pull", "always"));
            if (Terminal.isTerminal(Terminal.INPUT)) {
                arguments.add("-t");
            }
            arguments.add("localhost:" + registry.port() + "/" + REPOSITORY);
            arguments.addAll(List.of(command));
            // ends this process, and the registry with it
            Main.main(arguments.toArray(String[]::new));
        } catch (DemoException e) {
            System.err.println("berth: " + e.getMessage());
            System.exit(125);
        }
    }
}
