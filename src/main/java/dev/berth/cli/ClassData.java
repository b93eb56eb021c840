package dev.berth.cli;

import dev.berth.host.Terminal;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Runs the verbs that people type most against a canned service, so that a JVM started with {@code -XX:ArchiveClassesAtExit} keeps
 * what they load. The set-up calls it; it prints nothing and changes nothing.
 */
public final class ClassData {
    private ClassData() {}

    public static void main(String[] arguments) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        try (CannedService service = new CannedService()) {
            Context context = new Context(
                    Map.of("HOME", "/", "BERTH_RUNTIME_DIR", "/nonexistent"),
                    nowhere,
                    nowhere,
                    new Api(service.url(), "x"));
            for (String verb : List.of(
                    "ps",
                    "ps -aq",
                    "ps --json",
                    "images",
                    "inspect n",
                    "run -d i",
                    "run i c",
                    "stop n",
                    "rm -f n",
                    "--help",
                    "run --help",
                    "version",
                    "pss")) {
                Main.run(List.of(verb.split(" ")), context);
            }
            Terminal.size();
            Terminal.preload();
        }
        System.exit(0);
    }
}
