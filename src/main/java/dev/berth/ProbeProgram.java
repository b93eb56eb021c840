package dev.berth;

import dev.berth.host.Probe;
import dev.berth.launcher.Launcher;
import dev.berth.linux.Syscalls;
import java.nio.file.Path;

/** What {@code berth doctor} runs inside U1, where no service does: the probe, with a container started by the launcher. */
public final class ProbeProgram {
    private ProbeProgram() {}

    /** @param arguments the data directory and the file of berth-init */
    public static void main(String[] arguments) {
        Syscalls calls = Syscalls.linux();
        try (Launcher launcher = new Launcher(calls, Path.of(arguments[1]))) {
            LauncherTrial trial = new LauncherTrial(launcher, System.getenv().getOrDefault("PATH", ""));
            System.out.print(new Probe(calls, Path.of(arguments[0]), trial).report());
        }
        System.exit(0);
    }
}
