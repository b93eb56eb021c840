package dev.berth.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class RmiCommand extends ClientCommand {
    @Option(
            names = {"-f", "--force"},
            description = "Also under its other names; and none that is not there is an error")
    boolean force;

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "Reference or id")
    List<String> images;

    @Override
    int run(Context context) {
        int code = 0;
        for (String image : images) {
            try {
                remove(image, context);
            } catch (CliException e) {
                if (!force || !e.isNotFound()) {
                    context.err().println("berth: " + e.getMessage());
                    code = e.exitCode();
                }
            }
        }
        return code;
    }

    private void remove(String image, Context context) {
        Json removed =
                context.api().delete("/images/one?reference=" + Api.escape(image) + (force ? "&force=true" : ""));
        removed.get("untagged").list().forEach(name -> context.println("Untagged: " + name.text()));
        removed.get("deleted").list().forEach(id -> context.println("Deleted: " + id.text()));
    }
}
