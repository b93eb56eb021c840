package dev.berth.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
    @TempDir
    Path directory;

    private static byte[] header(long base) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeBytes("BERTHLOG");
        out.writeInt(1);
        out.writeInt(0);
        out.writeLong(base);
        return bytes.toByteArray();
    }

    private static byte[] record(int kind, byte[] payload) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(payload.length);
        out.writeByte(kind);
        out.writeLong(1_700_000_000_123_456_789L);
        out.write(payload);
        return bytes.toByteArray();
    }

    private void append(String file, byte[]... parts) throws IOException {
        for (byte[] part : parts) {
            Files.write(directory.resolve(file), part, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> all(LogReader reader) {
        List<String> all = new ArrayList<>();
        for (Optional<LogEntry> e = reader.next(); e.isPresent(); e = reader.next()) {
            LogEntry entry = e.get();
            if (entry instanceof LogEntry.Output output) {
                all.add(output.stream() + " " + new String(output.bytes(), StandardCharsets.UTF_8));
            } else {
                all.add(entry.getClass().getSimpleName());
            }
        }
        return all;
    }

    @Test
    void readsWhatIsThereAndThenWhatComes() throws IOException {
        try (LogReader reader = LogReader.at(directory, 0)) {
            assertEquals(Optional.empty(), reader.next());
            append("log", header(0), record(5, new byte[] {0, 100, 0, 50}), record(1, text("one")));
            assertEquals(List.of("Resized", "STDOUT one"), all(reader));
            assertEquals(new TerminalSize(100, 50), reader.size());
            byte[] two = record(2, text("two"));
            append("log", java.util.Arrays.copyOf(two, 15));
            assertEquals(Optional.empty(), reader.next());
            append("log", java.util.Arrays.copyOfRange(two, 15, two.length));
            LogEntry.Output output = (LogEntry.Output) reader.next().orElseThrow();
            assertEquals(LogEntry.Stream.STDERR, output.stream());
            assertEquals("2023-11-14T22:13:20.123456789Z", output.time().toString());
            assertEquals(17 + 16 + 16, output.end());
            append("log", record(7, new byte[] {0, 0, 0, 0, 0, 0, 1, 0}));
            assertEquals(256, ((LogEntry.Lost) reader.next().orElseThrow()).bytes());
        }
    }

    @Test
    void followsTheRotationAndTellsWhatItMissed() throws IOException {
        append("log", header(0), record(1, text("one")));
        try (LogReader early = LogReader.at(directory, 0);
                LogReader late = LogReader.at(directory, 0)) {
            assertEquals(List.of("STDOUT one"), all(early));
            append("log", record(1, text("two")));
            Files.move(directory.resolve("log"), directory.resolve("log.1"));
            append("log", header(32), record(1, text("three")));
            assertEquals(List.of("STDOUT two", "STDOUT three"), all(early));
            Files.delete(directory.resolve("log.1"));
            LogEntry.Skipped skipped = (LogEntry.Skipped) late.next().orElseThrow();
            assertEquals(32, skipped.bytes());
            assertEquals(List.of("STDOUT three"), all(late));
        }
    }

    @Test
    void losesNothingInTheMiddleOfARotation() throws IOException {
        append("log.2", header(0), record(1, text("one")));
        append("log", header(Files.size(directory.resolve("log.2")) - header(0).length), record(1, text("two")));
        try (LogReader reader = LogReader.at(directory, 0)) {
            assertEquals(List.of("STDOUT one", "STDOUT two"), all(reader));
        }
    }

    @Test
    void theTailBeginsAtARecordAndKnowsTheSize() throws IOException {
        append("log.1", header(0), record(5, new byte[] {0, 90, 0, 30}), record(1, text("12345")));
        append("log", header(35), record(1, text("678")), record(5, new byte[] {0, 91, 0, 30}), record(1, text("9")));
        assertTail(0, List.of(), 91);
        assertTail(3, List.of("STDOUT 9"), 91);
        assertTail(4, List.of("STDOUT 678", "Resized", "STDOUT 9"), 90);
        assertTail(8, List.of("STDOUT 678", "Resized", "STDOUT 9"), 90);
        assertTail(9, List.of("STDOUT 12345", "STDOUT 678", "Resized", "STDOUT 9"), 90);
        assertTail(1000, List.of("STDOUT 12345", "STDOUT 678", "Resized", "STDOUT 9"), 90);
    }

    private void assertTail(long bytes, List<String> expected, int columns) {
        try (LogReader reader = LogReader.tail(directory, bytes)) {
            assertEquals(columns, reader.size().columns());
            assertEquals(expected, all(reader));
        }
    }

    @Test
    void theRecordsOfAMonitorAreRead() throws IOException {
        assertTrue(ExitRecord.read(directory).isEmpty());
        Files.writeString(directory.resolve("exit"), "berth-exit 1\ncode 137\nsignal 9\ntime 1500000000\nreason \n");
        ExitRecord exit = ExitRecord.read(directory).orElseThrow();
        assertEquals(137, exit.code());
        assertEquals(9, exit.signal());
        assertEquals("1970-01-01T00:00:01.500Z", exit.time().toString());
        Files.writeString(
                directory.resolve("monitor"), "berth-monitor 1\nboot b-1\nmonitor 12 34\ninit 13 35\nprocess 14 36\n");
        MonitorRecord monitor = MonitorRecord.read(directory).orElseThrow();
        assertEquals(new ProcessIdentity(13, 35), monitor.init());
        assertEquals(Optional.of(new ProcessIdentity(14, 36)), monitor.process());
    }
}
