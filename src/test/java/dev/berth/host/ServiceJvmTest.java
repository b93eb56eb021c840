package dev.berth.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceJvmTest {
    @TempDir
    Path directory;

    @Test
    void everyLibraryInCIsUnpackedInADirectoryOfTheServicesOwn() {
        Installation installation = new Installation(directory.resolve("berth.jar"), directory, Path.of("java"));
        Paths paths = new Paths(directory.resolve("data"), directory.resolve("run"), directory);
        ServiceUser user = new ServiceUser(new Caller(1000, 1000, "me", directory), false, List.of());
        List<String> command = new ServiceJvm(installation, paths, user).command(null, "Main");
        String jna = option(command, "-Djna.tmpdir=");
        assertTrue(
                List.of(paths.runtimeDir().toString(), paths.dataDir().toString())
                        .contains(jna),
                jna);
        assertEquals(jna, option(command, "-DZstdTempFolder="));
        assertEquals("me", option(command, "-Duser.name="));
    }

    private static String option(List<String> command, String name) {
        return command.stream()
                .filter(word -> word.startsWith(name))
                .findFirst()
                .orElseThrow()
                .substring(name.length());
    }
}
