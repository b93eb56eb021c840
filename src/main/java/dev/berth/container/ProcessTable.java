package dev.berth.container;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The processes of a container: those of its PID namespace, as /proc shows them.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_status.5.html">proc_pid_status(5)</a>
 */
final class ProcessTable {
    private static final int MOST_OF_A_COMMAND = 4096;

    private final Path proc;

    ProcessTable(Path proc) {
        this.proc = proc;
    }

    /** Oldest first. @param init PID 1 of the container, as this process sees it */
    List<ProcessView> of(int init) {
        List<ProcessView> found = new ArrayList<>();
        String namespace = UsageMeter.namespace(proc.resolve(Integer.toString(init)));
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (namespace != null && namespace.equals(UsageMeter.namespace(process))) {
                    add(process, found);
                }
            }
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot list " + proc + ": " + e.getMessage(), e);
        }
        found.sort(Comparator.comparing(ProcessView::containerPid));
        return found;
    }

    private static void add(Path process, List<ProcessView> found) {
        try {
            List<String> status = Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1);
            String[] pids = value(status, "NSpid").split("\\s+");
            found.add(new ProcessView(
                    Integer.parseInt(pids[0]),
                    Integer.parseInt(pids[pids.length - 1]),
                    Long.parseLong(value(status, "Uid").split("\\s+")[0]),
                    value(status, "State").substring(0, 1),
                    UsageMeter.seconds(Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1)),
                    UsageMeter.proportionalSize(process),
                    command(process, value(status, "Name"))));
        } catch (IOException e) {
            return; // it has just ended
        }
    }

    private static String value(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /** One that has laid its arguments down, a zombie for one, goes by its name. */
    private static String command(Path process, String name) throws IOException {
        byte[] arguments;
        try (InputStream all = Files.newInputStream(process.resolve("cmdline"))) {
            arguments = all.readNBytes(MOST_OF_A_COMMAND);
        }
        String line =
                new String(arguments, StandardCharsets.UTF_8).replace('\0', ' ').strip();
        return line.isEmpty() ? "[" + name + "]" : line;
    }
}
