package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code berth doctor} and {@code /system/doctor} say of a machine that is well, and of one that is made ill for it. */
@Timeout(300)
class DoctorIT {
    private static final Set<String> CHECKS = Set.of(
            "kernel",
            "user-namespaces",
            "selinux",
            "newuidmap",
            "newgidmap",
            "subordinate-ids",
            "owners",
            "whiteout",
            "overlay",
            "tun",
            "ping",
            "seccomp",
            "start",
            "slirp4netns",
            "dns",
            "privileged-ports",
            "data-directory",
            "space",
            "runtime-directory",
            "cgroups",
            "lingering");
    /** Outside only: a service is in there already. */
    private static final String ENTER = "enter";

    private static final String INDENT = " ".repeat(31);

    private Berth berth;
    private Leaks leaks;

    @BeforeEach
    void begin() throws Exception {
        berth = new Berth();
        leaks = new Leaks(berth.dataDirectory(), berth.runtimeDirectory());
    }

    @AfterEach
    void end() throws Exception {
        berth.close();
    }

    /** The checks of {@code doctor --json} by name; its exit code says whether one has failed. */
    private Map<String, JsonNode> json() throws Exception {
        Berth.Result result = berth.run("doctor", "--json");
        Map<String, JsonNode> checks = byName(result.json());
        assertEquals(checks.values().stream().anyMatch(DoctorIT::isFailed) ? 1 : 0, result.exit(), result::toString);
        return checks;
    }

    /** Each has the four fields, and those that are not well a remedy. */
    private static Map<String, JsonNode> byName(JsonNode checks) {
        Map<String, JsonNode> byName = new TreeMap<>();
        for (JsonNode check : checks) {
            Set<String> fields = new TreeSet<>();
            check.fieldNames().forEachRemaining(fields::add);
            assertEquals(Set.of("name", "verdict", "detail", "remedy"), fields, check::toString);
            assertTrue(Set.of("ok", "warning", "failed").contains(verdict(check)), check::toString);
            assertFalse(check.path("detail").asText().isBlank(), check::toString);
            assertTrue(verdict(check).equals("ok") == check.path("remedy").isNull(), check::toString);
            byName.put(check.path("name").asText(), check);
        }
        return byName;
    }

    private static String verdict(JsonNode check) {
        return check.path("verdict").asText();
    }

    private static boolean isFailed(JsonNode check) {
        return verdict(check).equals("failed");
    }

    private void assertSaid(String verdict, String name, String detail, String remedy) throws Exception {
        JsonNode check = json().get(name);
        assertEquals(verdict, verdict(check), check::toString);
        assertTrue(check.path("detail").asText().contains(detail), check::toString);
        assertTrue(check.path("remedy").asText().contains(remedy), check::toString);
    }

    private Set<String> files() throws IOException {
        Set<String> files = new TreeSet<>();
        for (Path directory : List.of(berth.dataDirectory(), berth.runtimeDirectory())) {
            try (Stream<Path> all = Files.exists(directory) ? Files.list(directory) : Stream.empty()) {
                all.map(Path::toString).forEach(files::add);
            }
        }
        return files;
    }

    @Test
    void aMachineThatIsWellWithoutAService() throws Exception {
        Set<String> names = new TreeSet<>(CHECKS);
        names.add(ENTER);
        Map<String, JsonNode> checks = json();
        assertEquals(names, checks.keySet());
        assertEquals(
                List.of(), checks.values().stream().filter(DoctorIT::isFailed).toList());
        assertEquals("can start a container", checks.get("start").path("detail").asText());
        assertEquals(Set.of(), files());
        assertEquals(List.of(), leaks.found());
        assertFalse(Files.exists(berth.runtimeDirectory().resolve("service.json")), "it has started a service");
    }

    @Test
    @Tag("ordinary-user")
    void whatAKilledOneHasLeftIsRemovedByALaterOne() throws Exception {
        Path old = berth.dataDirectory().resolve(".doctor1");
        Path young = berth.dataDirectory().resolve(".doctor2");
        for (Path folder : List.of(old, young)) {
            Files.createDirectories(folder.resolve("overlay").resolve("work"));
        }
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        Files.setPosixFilePermissions(berth.dataDirectory(), PosixFilePermissions.fromString("rwx------"));
        assertEquals("ok", verdict(json().get("start")));
        assertEquals(Set.of(young.toString()), files());
    }

    /** The verdict, the name and what was found; below that what is to be done. */
    @Test
    void theLinesForAPersonAreTheSameChecks() throws Exception {
        List<String> names = new ArrayList<>();
        List<String> remedies = new ArrayList<>();
        Berth.Result result = berth.run("doctor");
        assertEquals(0, result.exit(), result::toString);
        assertEquals("", result.complaint());
        for (String line : result.text().lines().toList()) {
            if (line.startsWith(INDENT)) {
                remedies.add(line.substring(INDENT.length()));
            } else {
                assertTrue(line.matches("(ok     |warning|failed ) [a-z0-9-]{1,22} +\\S.*"), line);
                names.add(line.substring(8).split(" ")[0]);
            }
        }
        JsonNode checks = berth.run("doctor", "--json").json();
        List<String> expected = new ArrayList<>();
        List<String> expectedRemedies = new ArrayList<>();
        checks.forEach(check -> {
            expected.add(check.path("name").asText());
            if (!check.path("remedy").isNull()) {
                check.path("remedy").asText().lines().forEach(expectedRemedies::add);
            }
        });
        assertEquals(expected, names);
        assertEquals(expectedRemedies, remedies);
    }

    @Test
    void aServiceLooksAtItsOwnMachine() throws Exception {
        berth.must("ps");
        Set<String> before = files();
        JsonNode checks = berth.get("/system/doctor");
        assertEquals(CHECKS, byName(checks).keySet());
        for (JsonNode check : checks) {
            assertFalse(isFailed(check), check::toString);
        }
        assertEquals(
                "can start a container",
                byName(checks).get("start").path("detail").asText());
        assertEquals("ok", verdict(json().get("start")));
        assertEquals(before, files());
        assertEquals(List.of(), leaks.found(berth::isService));
        assertEquals(List.of(), ServiceLog.failures(ServiceLog.of(berth)));
    }

    /** The first on the PATH counts, as it does for the service. */
    @Test
    void anOldSlirp4netnsIsSeen(@TempDir Path programs) throws Exception {
        Path old = Files.writeString(
                programs.resolve("slirp4netns"), "#!/bin/sh\necho slirp4netns version 1.0.1\nexit 1\n");
        old.toFile().setExecutable(true, false);
        programs.toFile().setExecutable(true, false);
        programs.toFile().setReadable(true, false);
        berth.with("PATH", programs + ":" + System.getenv("PATH"));
        Berth.Result result = berth.run("doctor");
        assertEquals(1, result.exit(), result::toString);
        assertTrue(
                result.text()
                        .contains("failed  slirp4netns            slirp4netns version 1.0.1 is too old\n" + INDENT
                                + "install slirp4netns 1.1 or newer\n"),
                result::toString);
        assertSaid("failed", "start", "cannot start the container's network", "mend what else has failed");
        assertEquals(Set.of(), files());
        assertEquals(List.of(), leaks.found());
    }

    @Test
    @Tag("ordinary-user")
    void aDataDirectoryWithLittleRoomIsSeen() throws Exception {
        onSmallFileSystem("");
        assertSaid("warning", "space", "little room for images in " + berth.dataDirectory(), "free the disk");
        assertEquals("ok", verdict(json().get("start")));
    }

    @Test
    @Tag("ordinary-user")
    void aDataDirectoryWhereNothingMayBeExecutedIsSeenAndRunsImagesAllTheSame() throws Exception {
        onSmallFileSystem(",noexec");
        assertSaid("warning", "data-directory", "those in volumes cannot be executed", "BERTH_DATA_DIR");
        assertEquals("ok", verdict(json().get("start")));
    }

    private void onSmallFileSystem(String options) throws IOException {
        Files.createDirectories(berth.dataDirectory());
        berth.within(Nest.with("mount -t tmpfs -o size=64m,mode=700" + options + " small " + berth.dataDirectory()));
    }

    /** As in an unprivileged container, where something is mounted over parts of /proc: the kernel then mounts no fresh one. */
    @Test
    @Tag("ordinary-user")
    void aMachineThatHidesPartsOfProcStartsNoContainer() throws Exception {
        berth.within(Nest.with("mount --bind /dev/null /proc/interrupts"));
        Berth.Result result = berth.run("doctor");
        assertEquals(1, result.exit(), result::toString);
        assertTrue(
                result.text()
                        .contains("failed  start                  no container can start: cannot mount /proc in the"
                                + " container: operation not permitted; parts of this machine's own are hidden, as they are in a"
                                + " container\n"
                                + INDENT
                                + "where this machine is itself a container, start that with all of /proc and /sys:\n"
                                + INDENT + "podman run --security-opt unmask=ALL …\n"),
                result::toString);
        assertEquals(
                List.of("start"),
                json().values().stream()
                        .filter(DoctorIT::isFailed)
                        .map(it -> it.path("name").asText())
                        .toList());
        assertEquals(Set.of(), files());
        assertEquals(List.of(), leaks.found());
        berth.must("ps");
        JsonNode start = byName(berth.get("/system/doctor")).get("start");
        assertEquals("failed", verdict(start));
        assertTrue(start.path("remedy").asText().contains("systempaths=unconfined"), start::toString);
        assertEquals(List.of(), leaks.found(berth::isService));
    }
}
