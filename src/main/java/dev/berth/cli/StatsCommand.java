package dev.berth.cli;

import dev.berth.host.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One connection and one thread for each container; this thread shows what they have heard last. */
@Command
final class StatsCommand extends ClientCommand {
    private static final long SECOND = 1_000;
    private static final String CLEAR = "\033[H\033[J";

    @Parameters(paramLabel = "CONTAINER", arity = "0..*", description = "All that run, when none is named")
    List<String> containers = new ArrayList<>();

    @Option(names = "--no-stream", description = "Once, not again and again")
    boolean once;

    @Option(names = "--json", description = "Each measurement as a line of JSON")
    boolean json;

    private final Map<String, Json> latest = new ConcurrentHashMap<>();
    private CliException failure;

    @Override
    int run(Context context) {
        Map<String, String> names = names(context.api());
        List<Thread> readers = names.entrySet().stream()
                .map(one -> reader(one.getKey(), one.getValue(), context))
                .toList();
        readers.forEach(Thread::start);
        try {
            if (!once && !json) {
                while (readers.stream().anyMatch(Thread::isAlive)) {
                    Thread.sleep(SECOND);
                    show(names, context, Terminal.isTerminal(Terminal.OUTPUT) ? CLEAR : "");
                }
            }
            for (Thread reader : readers) {
                reader.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (once && !json) {
            show(names, context, "");
        }
        return result();
    }

    /** Ids and names, in the order of the table. */
    private Map<String, String> names(Api api) {
        Map<String, String> names = new LinkedHashMap<>();
        List<Json> wanted = containers.isEmpty()
                ? api.get("/containers").list()
                : containers.stream()
                        .map(name -> api.get(ContainersCommand.path(name, "")))
                        .toList();
        wanted.forEach(one -> names.put(one.get("id").text(), one.get("name").text()));
        return names;
    }

    private Thread reader(String id, String name, Context context) {
        Thread thread = new Thread(() -> read(id, name, context), "stats " + name);
        thread.setDaemon(true);
        return thread;
    }

    private void read(String id, String name, Context context) {
        try {
            if (once) {
                heard(id, name, context.api().get(ContainersCommand.path(id, "/stats")), context);
            } else {
                String path = ContainersCommand.path(id, "/stats?stream=true");
                context.api().lines("GET", path, null, usage -> heard(id, name, usage, context));
                latest.remove(id);
            }
        } catch (CliException e) {
            failed(e);
        } catch (BrokenPipe e) {
            System.exit(BrokenPipe.EXIT_CODE); // whoever reads us has gone: nobody looks at the others either
        }
    }

    private void heard(String id, String name, Json usage, Context context) {
        latest.put(id, usage);
        if (json) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("id", id);
            line.put("name", name);
            usage.map().forEach((key, value) -> line.put(key.toString(), value));
            synchronized (this) {
                context.println(new Json(line).compact());
            }
        }
    }

    private synchronized void failed(CliException e) {
        failure = e;
    }

    private synchronized int result() {
        if (failure != null) {
            throw failure;
        }
        return 0;
    }

    private void show(Map<String, String> names, Context context, String before) {
        Table table = new Table("CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "NET I/O", "PIDS");
        names.forEach((id, name) -> {
            Json usage = latest.get(id);
            if (usage != null) {
                table.row(
                        Images.shortId(id),
                        name,
                        String.format(Locale.ROOT, "%.2f%%", 100 * cores(usage)),
                        Human.size(usage.get("memory").get("used").number(0)) + " / " + limit(usage),
                        Human.size(usage.get("network").get("received").number(0)) + " / "
                                + Human.size(usage.get("network").get("sent").number(0)),
                        usage.get("pids").get("current").text());
            }
        });
        context.print(before + table);
    }

    private static String limit(Json usage) {
        long limit = usage.get("memory").get("limit").number(0);
        return limit == 0 ? "none" : Human.size(limit);
    }

    private static double cores(Json usage) {
        String text = usage.get("cpu").get("cores").text();
        return text.isEmpty() ? 0 : Double.parseDouble(text);
    }
}
