package dev.berth.launcher;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The processes of a container or session, as its monitor wrote them down; they count only in the same boot.
 *
 * @param process empty until the program runs
 * @param relay what carries its UDP forwards; empty before the first
 * @param network its slirp4netns; empty where there is none, and with a monitor of before Berth replaced it
 */
public record MonitorRecord(
        String boot,
        ProcessIdentity monitor,
        ProcessIdentity init,
        Optional<ProcessIdentity> process,
        Optional<ProcessIdentity> network,
        Optional<ProcessIdentity> relay) {
    /** The name of the file in a container's or session's directory. */
    public static final String FILE = "monitor";

    /** The record in a container's or session's directory; empty when it was never started. */
    public static Optional<MonitorRecord> read(Path directory) {
        return RecordFile.read(directory.resolve(FILE), "berth-monitor")
                .map(file -> new MonitorRecord(
                        file.text("boot"),
                        identity(file.text("monitor")).orElseThrow(),
                        identity(file.text("init")).orElseThrow(),
                        identity(file.text("process")),
                        identity(file.text("network")),
                        identity(file.text("relay"))));
    }

    private static Optional<ProcessIdentity> identity(String text) {
        String[] fields = text.split(" ");
        return fields.length < 2
                ? Optional.empty()
                : Optional.of(new ProcessIdentity(Integer.parseInt(fields[0]), Long.parseLong(fields[1])));
    }

    /** Whether the monitor is alive: in this boot, the same process, no zombie. */
    public boolean isRunning(Path proc, String boot) {
        return this.boot.equals(boot) && monitor.isRunning(proc);
    }
}
