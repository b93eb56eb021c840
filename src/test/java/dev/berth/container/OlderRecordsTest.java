package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.berth.launcher.ExitRecord;
import dev.berth.launcher.LogEntry;
import dev.berth.launcher.LogReader;
import dev.berth.launcher.MonitorRecord;
import dev.berth.launcher.ProcessIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records of format version 1 as a build of November 2026 wrote them (src/test/resources/records/1): they are read for ever. What a newer
 * Berth wrote is refused in a sentence, and left as it is.
 */
class OlderRecordsTest {
    private static final Path RECORDS = Path.of("src/test/resources/records/1");
    private static final String ENDED = "219abe85306c8f70945760a95390bff197fb10372414d8214425025bddb92a33";
    private static final String RUNS = "f2f33d1483c708f871297295154248e10f6698dfeb0711f2fa8dd4941f007dcb";
    private static final String CREATED = "87433fe7f57282b69f3d515efa846222069530bed3a1d59a5f3516571a9dc5be";

    @TempDir
    Path data;

    private static Map<String, ContainerRecord> records(Path data) {
        return new ContainerRecords(new ContainerPaths(data, data))
                .all().stream().collect(Collectors.toMap(ContainerRecord::id, record -> record));
    }

    private static Path container(String id) {
        return RECORDS.resolve("containers").resolve(id);
    }

    @Test
    void containersAreWhatTheyWere() {
        Map<String, ContainerRecord> all = records(RECORDS);
        assertEquals(3, all.size());
        ContainerRecord ended = all.get(ENDED);
        assertEquals("ended", ended.name().value());
        assertEquals(3, ended.exitCode());
        assertEquals(ContainerState.EXITED, ended.atRest());
        assertEquals(Instant.parse("2026-11-24T12:34:42.370963441Z"), ended.finished());
        assertEquals(Map.of("A", "1"), ended.config().env());
        assertEquals(8080, ended.config().ports().get(0).hostPort());
        assertEquals("kept", ended.config().mounts().get(0).source());
        assertTrue(all.get(RUNS).wanted());
        assertTrue(all.get(RUNS).config().tty());
        assertEquals(ContainerState.CREATED, all.get(CREATED).atRest());
    }

    /** That build left the old name in the configuration. */
    @Test
    void oneThatWasRenamedHasOneName() throws IOException {
        Path record = copy(ENDED).resolve("container.json");
        Files.writeString(record, Files.readString(record).replaceFirst("\"name\":\"ended\"", "\"name\":\"renamed\""));
        ContainerRecord renamed = records(data).get(ENDED);
        assertEquals("renamed", renamed.name().value());
        assertEquals(renamed.name(), renamed.config().name());
        ContainerRecord again = renamed.named(new ContainerName("again"));
        assertEquals(again.name(), again.config().name());
    }

    @Test
    void theEndOfOneIsRead() {
        assertEquals(
                new ExitRecord(3, 0, Instant.parse("2026-11-24T12:34:42.370963441Z"), ""),
                ExitRecord.read(container(ENDED)).orElseThrow());
    }

    @Test
    void theProcessesOfOneThatRunsAreRead() {
        assertEquals(
                new MonitorRecord(
                        "91e38c2d-6609-4f52-9470-2c59d7669b64",
                        new ProcessIdentity(18847, 1497139),
                        new ProcessIdentity(18848, 1497139),
                        Optional.of(new ProcessIdentity(18853, 1497141)),
                        Optional.empty(),
                        Optional.empty()),
                MonitorRecord.read(container(RUNS)).orElseThrow());
    }

    @Test
    void logsAreRead() {
        assertEquals(List.of("STDOUT out\n", "STDERR err\n"), output(container(ENDED)));
        assertEquals(List.of("STDOUT at a terminal\r\n"), output(container(RUNS)));
    }

    private static List<String> output(Path directory) {
        List<String> found = new ArrayList<>();
        try (LogReader log = LogReader.at(directory, 0)) {
            for (Optional<LogEntry> entry = log.next(); entry.isPresent(); entry = log.next()) {
                if (entry.get() instanceof LogEntry.Output output) {
                    found.add(output.stream() + " " + new String(output.bytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return found;
    }

    @Test
    void anExecSessionIsRead() throws IOException {
        ExecSession.Written session = new ObjectMapper()
                .registerModule(new JavaTimeModule())
                .readValue(Files.readAllBytes(RECORDS.resolve("session/session.json")), ExecSession.Written.class);
        assertEquals(RUNS, session.container());
        assertEquals(List.of("sleep", "999"), session.command());
        assertTrue(MonitorRecord.read(RECORDS.resolve("session")).isPresent());
        assertEquals(List.of(), output(RECORDS.resolve("session")));
    }

    /** What an older Berth does with the records of this one: the fields that it does not know mean nothing to it. */
    @Test
    void fieldsOfLaterBuildsAreNoHindrance() throws IOException {
        Path record = copy(ENDED).resolve("container.json");
        Files.writeString(record, Files.readString(record).replaceFirst("\\{", "{\"later\":{\"a\":[1]},"));
        assertEquals("ended", records(data).get(ENDED).name().value());
    }

    @Test
    void aContainerOfANewerBerthIsLeftAlone() throws IOException {
        Path record = copy(ENDED).resolve("container.json");
        Files.writeString(record, Files.readString(record).replaceFirst("\"version\":1", "\"version\":2"));
        byte[] before = Files.readAllBytes(record);
        ContainerRecords all = new ContainerRecords(new ContainerPaths(data, data));
        assertEquals(List.of(), all.all());
        assertEquals(List.of(), all.halves(), "it is not swept away as half made");
        assertEquals(
                List.of(ENDED),
                Containers.uses(data).stream().map(use -> use.container()).toList(),
                "its image stays");
        assertArrayEquals(before, Files.readAllBytes(record));
    }

    @Test
    void filesOfANewerMonitorAreRefusedInASentence() throws IOException {
        Path directory = copy(ENDED);
        Path exit = directory.resolve("exit");
        Files.writeString(exit, Files.readString(exit).replaceFirst("berth-exit 1", "berth-exit 2"));
        UncheckedIOException refusal = assertThrows(UncheckedIOException.class, () -> ExitRecord.read(directory));
        assertTrue(refusal.getMessage().contains("is no berth-exit record of version 1"), refusal.getMessage());
        Files.write(directory.resolve("monitor"), new byte[0]);
        assertEquals(Optional.empty(), MonitorRecord.read(directory), "of a power cut: an empty file says nothing");
    }

    private Path copy(String id) throws IOException {
        Path to = Files.createDirectories(data.resolve("containers").resolve(id));
        try (Stream<Path> files = Files.list(container(id))) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
        return to;
    }
}
