package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Of a log that is rotated while somebody reads it slowly, or that the disk had no room for. */
class LogGapsTest {
    private static final Path RECORDS = Path.of("src/test/resources/records/1");
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int LOST = 7;
    private static final Instant WRITTEN = Instant.ofEpochSecond(1_700_000_000);

    @TempDir
    Path temp;

    private final Container container = new Container(
            new ContainerRecords(new ContainerPaths(RECORDS, RECORDS)).all().get(0), ContainerState.EXITED);
    private ContainerPaths paths;
    private Path directory;
    private final List<String> read = new ArrayList<>();

    @BeforeEach
    void begin() throws IOException {
        paths = new ContainerPaths(temp, temp);
        directory = Files.createDirectories(paths.container(container.id()));
        file(0);
    }

    private void file(long base) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeBytes("BERTHLOG");
        out.writeInt(1);
        out.writeInt(0);
        out.writeLong(base);
        Files.write(directory.resolve("log"), bytes.toByteArray(), StandardOpenOption.CREATE_NEW);
    }

    private void write(int kind, byte[] payload) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(payload.length);
        out.writeByte(kind);
        out.writeLong(WRITTEN.getEpochSecond() * 1_000_000_000);
        out.write(payload);
        Files.write(directory.resolve("log"), bytes.toByteArray(), StandardOpenOption.APPEND);
    }

    private void write(String text) throws IOException {
        write(STDOUT, text.getBytes());
    }

    /** What was written since the last reading, and a hundred bytes more, are kept no longer. */
    private void rotateAway() {
        try {
            long end = Files.size(directory.resolve("log")) - 24;
            Files.delete(directory.resolve("log"));
            file(end + 100);
            write("lf\nwhole\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was written goes to the older file; what was in that one is kept no longer. */
    private void rotate() throws IOException {
        Path log = directory.resolve("log");
        byte[] bytes = Files.readAllBytes(log);
        Files.move(log, directory.resolve("log.1"), StandardCopyOption.REPLACE_EXISTING);
        file(ByteBuffer.wrap(bytes).getLong(16) + bytes.length - 24);
    }

    /** Of a log that is rotated after its lines are counted, before they are told. */
    private List<String> lastLines(int tail, Executable meanwhile) throws Throwable {
        LastLines last = LastLines.count(directory, query(tail, false));
        meanwhile.execute();
        write("new\n");
        try (LogEntries log = last.open(directory)) {
            last.tell(log, new LogSink() {
                @Override
                public void earlier(long lines) {
                    read.add(lines + " earlier");
                }

                @Override
                public void line(LogLine line) {
                    read.add(line.isGap() ? line.time() + " -" + line.skipped() : line.data());
                }

                @Override
                public void pause() {
                    // nobody waits
                }
            });
        }
        return read;
    }

    private static LogQuery query(Integer tail, boolean follow) {
        return new LogQuery(tail, null, null, null, follow);
    }

    private List<String> lines(LogQuery query, Runnable slow) throws InterruptedException {
        boolean[] late = {false};
        LogSink sink = LogSink.of(
                line -> read.add(line.isGap() ? line.time() + " -" + line.skipped() : new String(line.bytes())), () -> {
                    if (!late[0]) {
                        late[0] = true;
                        slow.run();
                    }
                });
        new ContainerLogs(paths).lines(container, query, false, sink);
        return read;
    }

    @Test
    void aSlowReaderIsToldHowMuchItMissed() throws Exception {
        write("one\n");
        assertEquals(
                List.of("one\n", WRITTEN + " -100", "lf\n", "whole\n"), lines(query(null, true), this::rotateAway));
    }

    @Test
    void aSlowReaderOfBytesIsToldToo() throws Exception {
        write("one\n");
        boolean[] late = {false};
        new ContainerLogs(paths)
                .bytes(
                        container,
                        query(null, true),
                        bytes -> read.add(new String(bytes)),
                        skipped -> read.add("-" + skipped),
                        () -> {
                            if (!late[0]) {
                                late[0] = true;
                                rotateAway();
                            }
                        });
        assertEquals(List.of("one\n", "-100", "lf\nwhole\n"), read);
    }

    @Test
    void noLineIsMadeOfTwoHalves() throws Exception {
        write("one\nha");
        write(STDERR, "wa".getBytes());
        write(LOST, ByteBuffer.allocate(8).putLong(300).array());
        write("lf\n");
        write(STDERR, "rning\n".getBytes());
        assertEquals(
                List.of("one\n", "ha\n", "wa\n", WRITTEN + " -300", "lf\n", "rning\n"),
                lines(query(null, false), () -> {}));
    }

    @Test
    void whatWasGoneBeforeItWasAskedForIsNoGap() throws Exception {
        rotateAway();
        assertEquals(List.of("lf\n", "whole\n"), lines(query(null, false), () -> {}));
    }

    @Test
    void theLastLinesAreLinesAndToldOnlyOfGapsBetweenThem() throws Exception {
        for (String text : List.of("one\n", "two\n", "three\n")) {
            write(LOST, ByteBuffer.allocate(8).putLong(text.length()).array());
            write(text);
        }
        write("four\n");
        assertEquals(
                List.of(WRITTEN + " -4", "two\n", WRITTEN + " -6", "three\n", "four\n"),
                lines(query(3, false), () -> {}));
    }

    private void writeTwoFiles() throws IOException {
        write("one\ntwo\n");
        write("three\nfo");
        rotate();
        write("ur\nfive\n");
        write("six\nseven\n");
    }

    @Test
    void theLastLinesMayBeginInAnOlderFile() throws Throwable {
        writeTwoFiles();
        assertEquals(List.of("2 earlier", "three", "four", "five", "six", "seven", "new"), lastLines(5, () -> {}));
    }

    @Test
    void theLastLinesAreToldThoughOthersAreRotatedAwayAfterTheCounting() throws Throwable {
        writeTwoFiles();
        assertEquals(List.of("2 earlier", "six", "seven", "new"), lastLines(2, this::rotate));
    }

    @Test
    void ofTheLastLinesThoseThatAreRotatedAwayAreToldAsAGap() throws Throwable {
        writeTwoFiles();
        long lost = Files.size(directory.resolve("log.1")) - 24;
        assertEquals(
                List.of("0 earlier", WRITTEN + " -" + lost, "ur", "five", "six", "seven", "new"),
                lastLines(6, this::rotate));
    }

    @Test
    void lastLinesThatAreAllRotatedAwayAreAGap() throws Throwable {
        writeTwoFiles();
        long written = Files.size(directory.resolve("log.1")) + Files.size(directory.resolve("log")) - 2 * 24;
        assertEquals(List.of("0 earlier", WRITTEN + " -" + written, "new"), lastLines(2, () -> {
            rotate();
            rotate();
        }));
    }

    /** The oldest is open then, and read to its end. */
    @Test
    void theLastLinesAreToldThoughOthersAreRotatedAwayWhileTheyArePassedOver() throws Throwable {
        writeTwoFiles();
        Files.move(directory.resolve("log.1"), directory.resolve("log.2"));
        rotate();
        write("eight\nnine\n");
        assertEquals(List.of("1 earlier", "nine", "new"), lastLines(1, () -> Files.delete(directory.resolve("log.1"))));
    }

    @Test
    void aGapIsOfTheTimeAndTheStreamThatIsAskedFor() throws Exception {
        write("one\n");
        write(LOST, ByteBuffer.allocate(8).putLong(300).array());
        assertEquals(List.of(), lines(new LogQuery(null, WRITTEN.plusSeconds(1), null, null, false), () -> {}));
        LogQuery errors = new LogQuery(null, null, null, "stderr", false);
        new ContainerLogs(paths).lines(container, errors, false, LogSink.of(line -> read.add(line.stream()), () -> {}));
        assertEquals(List.of("stderr"), read);
    }
}
