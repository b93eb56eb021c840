package dev.berth.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class EventsCommand extends ClientCommand {
    @Option(names = "--since", paramLabel = "TIME", description = "An RFC 3339 time, or an age such as 10m")
    String since;

    @Option(names = "--type", paramLabel = "TYPE", description = "Only events such as container.started")
    String type;

    @Option(names = "--container", paramLabel = "CONTAINER", description = "Only those of one container")
    String container;

    @Option(names = "--json", description = "Each as a line of JSON")
    boolean json;

    @Override
    int run(Context context) {
        StringBuilder path = new StringBuilder("/events?");
        append(path, "since", LogsCommand.time(since, Instant.now()));
        append(path, "type", type);
        append(path, "container", container);
        HttpResponse response =
                context.api().request("GET", path.substring(0, path.length() - 1), null, "text/event-stream");
        try (response;
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("data:")) {
                    print(line.substring(5).strip(), context);
                }
            }
            return 0;
        } catch (IOException e) {
            throw new CliException("lost the connection to the service: " + e.getMessage());
        }
    }

    private void print(String data, Context context) {
        if (data.isEmpty()) {
            return;
        }
        if (json) {
            context.println(data);
            return;
        }
        Json event = Json.parse(data.getBytes(StandardCharsets.UTF_8));
        StringBuilder line = new StringBuilder(event.get("time").text())
                .append(' ')
                .append(event.get("type").text())
                .append(' ')
                .append(Images.shortId(event.get("object").text()))
                .append(' ')
                .append(event.get("name").text());
        for (Map.Entry<?, ?> attribute : event.get("attributes").map().entrySet()) {
            line.append(' ').append(attribute.getKey()).append('=').append(attribute.getValue());
        }
        context.println(Table.printable(line.toString()));
    }

    private static void append(StringBuilder path, String name, String value) {
        if (value != null) {
            path.append(name).append('=').append(Api.escape(value)).append('&');
        }
    }
}
