package dev.berth.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class InspectCommand extends ClientCommand {
    @Option(names = "--type", paramLabel = "TYPE", description = "container or image; else the first that has the name")
    String type;

    @Option(names = "--json", description = "As JSON, which it always is")
    boolean json;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "Containers or images")
    List<String> names;

    @Override
    int run(Context context) {
        if (type != null && !type.equals("container") && !type.equals("image")) {
            throw new CliException("cannot inspect a '" + type + "': the type is container or image");
        }
        List<Object> found = new ArrayList<>();
        int code = 0;
        for (String name : names) {
            try {
                found.add(inspect(name, context.api()).value());
            } catch (CliException e) {
                context.err().println("berth: " + e.getMessage());
                code = e.exitCode();
            }
        }
        context.println(new Json(found).pretty());
        return code;
    }

    private Json inspect(String name, Api api) {
        String image = "/images/one?reference=" + Api.escape(name);
        if ("image".equals(type)) {
            return api.get(image);
        }
        try {
            return api.get(ContainersCommand.path(name, ""));
        } catch (CliException e) {
            if (!e.isNotFound() || "container".equals(type)) {
                throw e;
            }
            return inspectImage(name, image, api);
        }
    }

    private static Json inspectImage(String name, String path, Api api) {
        try {
            return api.get(path);
        } catch (CliException e) {
            // Also a name that no image can have: it is neither.
            throw e.isNotFound() || e.isRefusal()
                    ? new CliException("no container and no image is called '" + name + "'")
                    : e;
        }
    }
}
