package dev.berth.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Changes the limits that are given, and keeps the others. */
@Command
final class UpdateCommand extends ContainersCommand {
    @Mixin
    LimitOptions limits;

    @Option(
            names = "--restart",
            paramLabel = "POLICY",
            description = "no, on-failure[:TIMES], always or unless-stopped")
    String restart;

    @Override
    String each(String container, Context context) {
        Map<String, Object> changes = limits.resources();
        if (changes.isEmpty() && restart == null) {
            throw new CliException("cannot update " + container + ": say what to change, such as --memory 256m");
        }
        Map<String, Object> request = new LinkedHashMap<>();
        if (!changes.isEmpty()) {
            request.put("resources", changes);
        }
        if (restart != null) {
            request.put("restart", RestartOption.parse(restart));
        }
        context.api().patch(path(container, ""), new Json(request));
        return container;
    }
}
