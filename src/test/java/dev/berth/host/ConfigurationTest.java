package dev.berth.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
    @TempDir
    Path directory;

    private Map<String, String> environment(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "BERTH_DATA_DIR", directory.resolve("data").toString(),
                "BERTH_RUNTIME_DIR", directory.resolve("run").toString(),
                "XDG_CONFIG_HOME", directory.resolve("config").toString(),
                "BERTH_IN_U1", "1"));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    @Test
    void defaults() {
        Configuration c = Configuration.from(environment());
        assertEquals("127.0.0.1", c.host());
        assertEquals(7070, c.port());
        assertEquals(Set.of(), c.allowedHosts());
        assertTrue(Files.isDirectory(directory.resolve("data")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.168.1.1", "example.com", "127.0.0.256", "::"})
    void listensOnLoopbackOnly(String host) {
        var e = assertThrows(HostException.class, () -> Configuration.from(environment("BERTH_HOST", host)));
        assertTrue(e.getMessage().contains("loopback only"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "http", "999999"})
    void refusesAPortThatIsNone(String port) {
        assertThrows(HostException.class, () -> Configuration.from(environment("BERTH_PORT", port)));
    }

    @Test
    void anyFreePort() {
        assertEquals(0, Configuration.from(environment("BERTH_PORT", "0")).port());
    }

    @Test
    void allowedHostsAreNames() {
        assertEquals(
                Set.of("box.example:8443", "box"),
                Configuration.allowedHosts(Map.of("BERTH_ALLOWED_HOSTS", "Box.example:8443, box,")));
        assertThrows(
                HostException.class,
                () -> Configuration.allowedHosts(Map.of("BERTH_ALLOWED_HOSTS", "https://box.example/")));
    }

    @Test
    void theTokenIsMadeOnceAndKeptPrivate() throws Exception {
        Token first = Configuration.from(environment()).token();
        assertEquals(first, Configuration.from(environment()).token());
        Path file = directory.resolve("config/berth/token");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThrows(HostException.class, () -> Configuration.from(environment()));
    }

    @Test
    void aGivenTokenIsUsedAndWrittenNowhere() {
        Configuration c = Configuration.from(environment("BERTH_TOKEN", "0123456789abcdef"));
        assertTrue(c.tokenFromEnvironment());
        assertTrue(c.token().matches("0123456789abcdef"));
        assertTrue(Files.notExists(directory.resolve("config/berth/token")));
        assertThrows(HostException.class, () -> Configuration.from(environment("BERTH_TOKEN", "two words")));
    }

    @Test
    void aRuntimeDirectoryOpenToOthersIsRefused() throws Exception {
        Path run = Files.createDirectory(directory.resolve("run"));
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-xr-x"));
        var e = assertThrows(HostException.class, () -> Configuration.from(environment()));
        assertTrue(e.getMessage().contains("chmod 700"), e.getMessage());
    }

    @Test
    void aRuntimeDirectoryThatIsALinkIsRefused() throws Exception {
        Files.createDirectory(directory.resolve("elsewhere"));
        Files.createSymbolicLink(directory.resolve("run"), directory.resolve("elsewhere"));
        assertThrows(HostException.class, () -> Configuration.from(environment()));
    }

    @Test
    void relativePathsAreRefused() {
        assertThrows(HostException.class, () -> Configuration.from(environment("BERTH_DATA_DIR", "data")));
    }

    @Test
    void aUsersDefaultsFollowXdg() {
        Caller user = new Caller(12345, 12345, "me", Path.of("/home/me"));
        Paths paths = Paths.from(Map.of("XDG_RUNTIME_DIR", "/run/user/0"), user);
        assertEquals(Path.of("/home/me/.local/share/berth"), paths.dataDir());
        assertEquals(Path.of("/tmp/berth-12345"), paths.runtimeDir());
        assertEquals(Path.of("/home/me/.config/berth/token"), paths.tokenFile());
    }

    @Test
    void rootsDefaultsAreTheSystemsAndPathsSurviveU1() {
        Caller root = new Caller(0, 0, "root", Path.of("/root"));
        Paths paths = Paths.from(Map.of("XDG_CONFIG_HOME", "/root/.config"), root);
        assertEquals(Path.of("/var/lib/berth"), paths.dataDir());
        assertEquals(Path.of("/run/berth"), paths.runtimeDir());
        assertEquals(paths, Paths.from(paths.environment(), root));
    }
}
