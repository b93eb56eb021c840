package dev.berth.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of the service's JVM. */
record ServiceJvm(Installation installation, Paths paths, ServiceUser user) {
    static final int NATIVE_ACCESS_ASKED = 22;

    /**
     * @param more options of the user's own (BERTH_JAVA_OPTIONS), which win; may be null
     */
    List<String> command(String more, String mainClass) {
        List<String> command = new ArrayList<>(List.of(
                installation.java().toString(),
                // A small service: start and memory count, not peak speed. Measured against the default in FACTS §11.
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xms16m",
                "-Xmx128m",
                "-Xss512k",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xshare:auto",
                // Of an archive that does not fit (the files were moved) the JVM would speak on standard output.
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                // Inside U1 the user is uid 0, whose name and home of passwd are root's.
                "-Duser.name=" + user.who().name(),
                "-Duser.home=" + user.who().home(),
                "-Djna.tmpdir=" + nativeDirectory(),
                "-DZstdTempFolder=" + nativeDirectory(),
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-Dberth.init=" + installation.berthInit()));
        installation.serviceArchive().ifPresent(archive -> command.add("-XX:SharedArchiveFile=" + archive));
        if (Runtime.version().feature() >= NATIVE_ACCESS_ASKED) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        if (more != null && !more.isBlank()) {
            command.addAll(List.of(more.strip().split("\\s+")));
        }
        command.addAll(List.of("-cp", installation.classPath().toString(), mainClass));
        return command;
    }

    /** JNA and zstd map their libraries from files: not where nothing may be executed. */
    private Path nativeDirectory() {
        return nativeDirectory(paths);
    }

    static Path nativeDirectory(Paths paths) {
        return MountTable.current().of(paths.runtimeDir()).noexec() ? paths.dataDir() : paths.runtimeDir();
    }
}
