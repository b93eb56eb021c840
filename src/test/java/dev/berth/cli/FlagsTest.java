package dev.berth.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlagsTest {
    @TempDir
    Path directory;

    private static ContainerOptions run(String... arguments) {
        RunCommand command = new RunCommand();
        Main.parser(Verb.RUN, command).parseArgs(arguments);
        return command.options;
    }

    private static Json request(String... arguments) {
        return run(arguments).request(Map.of("MINE", "1"));
    }

    @Test
    void whatFollowsTheImageIsTheContainers() {
        Json request = request("-it", "--rm", "alpine", "ls", "-l", "--rm", "--", "@file", "");
        assertEquals(
                List.of("ls", "-l", "--rm", "--", "@file", ""),
                request.get("command").value());
        assertTrue(request.get("tty").isTrue() && request.get("openStdin").isTrue());
        assertTrue(request.get("autoRemove").isTrue());
    }

    @Test
    void aDoubleDashMayStandBeforeTheImage() {
        Json request = request("--rm", "--", "alpine", "sh");
        assertEquals("alpine", request.get("image").text());
        assertEquals(List.of("sh"), request.get("command").value());
    }

    @Test
    void whatWasNotSaidIsNotSent() {
        Json request = request("alpine");
        for (String field :
                List.of("command", "entrypoint", "env", "mounts", "ports", "resources", "restart", "network")) {
            assertNull(request.get(field).value(), field);
        }
    }

    @Test
    void quotesAndDollarsStayAsTheyAre() {
        Json request = request("-e", "A=\"x\" ${sys:user.home}", "alpine", "echo", "\"q\"");
        assertEquals("\"x\" ${sys:user.home}", request.get("env").get("A").text());
        assertEquals(List.of("echo", "\"q\""), request.get("command").value());
    }

    @Test
    void environmentComesFromFilesThenFlagsThenTheCaller() throws Exception {
        Path file = Files.writeString(directory.resolve("env"), "# comment\n\nA=file\nB=b=c\nMINE\nNOT_SET\n");
        Json env = request("--env-file", file.toString(), "-e", "A=flag", "-e", "EMPTY=", "alpine")
                .get("env");
        assertEquals(Map.of("A", "flag", "B", "b=c", "MINE", "1", "EMPTY", ""), env.value());
        assertThrows(CliException.class, () -> request("-e", "=x", "alpine"));
        assertThrows(CliException.class, () -> request("--env-file", "/nonexistent", "alpine"));
    }

    @Test
    void entrypointMayBeEmptied() {
        assertEquals(
                List.of(),
                request("--entrypoint", "", "alpine").get("entrypoint").value());
        assertEquals(
                List.of("/bin/x"),
                request("--entrypoint", "/bin/x", "alpine").get("entrypoint").value());
    }

    @Test
    void mountsAreBindsByTheirSlash() {
        assertEquals("bind", MountOption.volume("/a:/b:ro").get("type"));
        assertEquals(true, MountOption.volume("/a:/b:ro").get("readOnly"));
        assertEquals(
                Path.of("x/y").toAbsolutePath().toString(),
                MountOption.volume("./x/y:/b").get("source"));
        assertEquals("volume", MountOption.volume("cache:/b").get("type"));
        assertNull(MountOption.volume("/only").get("source"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {"/a:/b:z false", "/a:/b:Z false", "/a:/b:ro,Z true", "/a:/b:z,ro true", "cache:/b:rw,z false"})
    void labelsOfSelinuxAreNotNeeded(String text, boolean readOnly) {
        assertEquals("/b", MountOption.volume(text).get("target"));
        assertEquals(readOnly, MountOption.volume(text).get("readOnly"));
    }

    @Test
    void ofAFlagWithOneValueTheLastCounts() {
        assertEquals(
                "second",
                request("--name", "first", "--name", "second", "alpine")
                        .get("name")
                        .text());
        assertTrue(request("--rm", "--rm", "alpine").get("autoRemove").isTrue());
    }

    @Test
    void capabilitiesMayBeWrittenInLowerCase() {
        Json request = request("--cap-add", "net_raw,cap_chown", "--cap-drop", "all", "alpine");
        assertEquals(List.of("NET_RAW", "CAP_CHOWN"), request.get("capAdd").value());
        assertEquals(List.of("ALL"), request.get("capDrop").value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", ":/b", "/a:b", "/a:/b:rx", "/a:/b:ro:x", "/a:/b:", "/a:/b:ro,", ""})
    void mountsThatAreNone(String text) {
        assertThrows(CliException.class, () -> MountOption.volume(text));
    }

    @Test
    void whatMakesNoDifferenceHereIsTaken() {
        assertEquals(MountOption.volume("/a:/b"), MountOption.volume("/a:/b:rw,z,cached,rprivate"));
        assertEquals(true, MountOption.volume("/a:/b:delegated,ro").get("readOnly"));
    }

    @Test
    void tmpfsHasOptionsAfterItsTarget() {
        assertEquals("/run", MountOption.tmpfs("/run").get("target"));
        assertEquals(
                MountOption.tmpfs("/run"),
                request("--tmpfs", "/run:rw,nosuid", "alpine")
                        .get("mounts")
                        .list()
                        .get(0)
                        .value());
        assertEquals(true, MountOption.tmpfs("/run:noexec,ro").get("readOnly"));
    }

    @ParameterizedTest
    @CsvSource({"/run:,neither ro nor rw", "run,absolute", ":ro,absolute"})
    void tmpfsThatIsNone(String text, String said) {
        CliException refusal = assertThrows(CliException.class, () -> MountOption.tmpfs(text));
        assertTrue(refusal.getMessage().contains(said), refusal.getMessage());
    }

    @Test
    void aTmpfsOptionThatBerthCannotKeepIsNamed() {
        CliException refusal = assertThrows(CliException.class, () -> MountOption.tmpfs("/run:rw,size=64m"));
        assertTrue(refusal.getMessage().contains("'size=64m' is neither ro nor rw"), refusal.getMessage());
    }

    @Test
    void whatTheServiceAlwaysRefusesIsNotOffered() {
        assertFalse(Main.parser(Verb.RUN, new RunCommand()).getUsageMessage().contains("unconfined"));
        CliException refusal =
                assertThrows(CliException.class, () -> request("--security-opt", "apparmor=x", "alpine"));
        assertFalse(refusal.getMessage().contains("unconfined"), refusal.getMessage());
        Json request = request("--security-opt", "seccomp=unconfined", "alpine");
        assertEquals("unconfined", request.get("seccomp").text());
    }

    @Test
    void ports() {
        assertEquals(Map.of("hostPort", 8080, "containerPort", 80, "protocol", "tcp"), PortOption.parse("8080:80"));
        Map<String, Object> full = PortOption.parse("127.0.0.1:53:5353/udp");
        assertEquals("127.0.0.1", full.get("hostAddress"));
        assertEquals("udp", full.get("protocol"));
        assertNull(PortOption.parse("80").get("hostPort"));
        assertNull(PortOption.parse("127.0.0.1::80").get("hostPort"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "0:80", "80:0", "1:65536", "1:2:3:4", "80/sctp", "::80"})
    void portsThatAreNone(String text) {
        assertThrows(CliException.class, () -> PortOption.parse(text));
    }

    @Test
    void portsThatAreRemoved() {
        assertEquals("tcp/8080", PortOption.outside("8080"));
        assertEquals("udp/53?hostAddress=0.0.0.0", PortOption.outside("0.0.0.0:53/udp"));
        for (String wrong : List.of("", "8080:80", "-1", "70000", "x", "80/sctp", "[::1]:80", "80?x")) {
            assertThrows(CliException.class, () -> PortOption.outside(wrong), wrong);
        }
    }

    @ParameterizedTest
    @CsvSource({"256m,268435456", "1g,1073741824", "1.5k,1536", "7,7", "10b,10", "2GiB,2147483648", "3MB,3145728"})
    void sizes(String text, long bytes) {
        assertEquals(bytes, Sizes.parse(text));
    }

    @Test
    void restartPolicies() {
        assertEquals(Map.of("policy", "on-failure", "maxRetries", 3), RestartOption.parse("on-failure:3"));
        assertThrows(CliException.class, () -> RestartOption.parse("always:3"));
    }

    @Test
    void timesAreAgesOrDates() {
        Instant now = Instant.parse("2026-01-31T12:00:00Z");
        assertEquals("2026-01-31T10:30:00Z", LogsCommand.time("1h30m", now));
        assertEquals("2026-01-31T11:00:00Z", LogsCommand.time("2026-01-31T12:00:00+01:00", now));
        assertThrows(CliException.class, () -> LogsCommand.time("yesterday", now));
        assertThrows(CliException.class, () -> LogsCommand.time("", now));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Alpine", "a b", "-x", "a//b", "http://x"})
    void aReferenceThatIsNoneIsRefusedBeforeAnythingStarts(String image) {
        assertThrows(RuntimeException.class, () -> request("--", image));
    }

    @ParameterizedTest
    @CsvSource({"pss,ps", "image,images", "rum,run", "stpo,stop", "inpsect,inspect", "kil,kill"})
    void wordsNearAVerb(String word, String verb) {
        assertEquals(verb, Verb.near(word).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"alpine", "debian", "nginx", "busybox", "redis", "localhost:5000/demo", "postgres", "ubuntu"})
    void wordsThatAreNear(String word) {
        assertTrue(Verb.near(word).isEmpty(), () -> word + " is near " + Verb.near(word));
    }

    @Test
    void whatHelpsAFullDiskAreVerbsThatThereAre() {
        String remedy = StoreException.NO_SPACE.replaceFirst(".*with: ", "");
        for (String line : remedy.split(", ")) {
            assertTrue(Verb.of(line.replaceFirst("berth ", "")).isPresent(), line);
        }
    }

    @Test
    void detachIsReadByItsKeys() {
        DetachKeys keys = DetachKeys.parse("ctrl-p,ctrl-q");
        assertEquals("ab", text(keys.filter("ab".getBytes(), 2)));
        assertEquals("", text(keys.filter(new byte[] {16}, 1)), "held back");
        assertEquals("\u0010x", text(keys.filter("x".getBytes(), 1)), "given back");
        assertEquals("\u0010", text(keys.filter(new byte[] {16, 16}, 2)), "the second may begin it");
        DetachKeys.Filtered end = keys.filter(new byte[] {17, 'z'}, 2);
        assertTrue(end.detached());
        assertEquals("", text(end));
    }

    @Test
    void aSequenceThatOverlapsItselfIsStillFound() {
        DetachKeys keys = DetachKeys.parse("a,a,b");
        DetachKeys.Filtered typed = keys.filter("aaab".getBytes(), 4);
        assertTrue(typed.detached());
        assertEquals("a", text(typed));
    }

    @Test
    void detachKeysMayBeSwitchedOffOrAreRefused() {
        assertEquals("\u0010\u0011", text(DetachKeys.parse("").filter(new byte[] {16, 17}, 2)));
        assertThrows(CliException.class, () -> DetachKeys.parse("ctrl-1"));
        assertThrows(CliException.class, () -> DetachKeys.parse("a,,b"));
    }

    private static String text(DetachKeys.Filtered filtered) {
        return new String(filtered.bytes());
    }
}
