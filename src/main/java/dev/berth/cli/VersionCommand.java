package dev.berth.cli;

import dev.berth.host.ServiceRecord;
import dev.berth.host.ServiceStart;
import dev.berth.host.Version;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts no service: it only says whether one runs. */
@Command
final class VersionCommand extends ClientCommand {
    @Option(names = "--json", description = "As JSON")
    boolean json;

    @Override
    int run(Context context) {
        Optional<ServiceRecord> service = ServiceStart.running(context.environment());
        if (json) {
            Map<String, Object> version = new LinkedHashMap<>();
            version.put("client", Version.current());
            version.put("service", service.map(ServiceRecord::version).orElse(null));
            version.put("url", service.map(s -> s.url().toString()).orElse(null));
            context.println(new Json(version).pretty());
            return 0;
        }
        context.println("berth " + Version.current());
        context.println(service.map(s -> "service " + s.version() + " at " + s.url() + " (pid " + s.pid() + ")")
                .orElse("no service runs"));
        return 0;
    }
}
