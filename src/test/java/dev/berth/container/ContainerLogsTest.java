package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Of the log of a terminal that an older build wrote. */
class ContainerLogsTest {
    private static final ContainerPaths PATHS =
            new ContainerPaths(Path.of("src/test/resources/records/1"), Path.of("src/test/resources/records/1"));

    private static String bytes(Instant since, String stream) throws InterruptedException {
        ContainerRecord atATerminal = new ContainerRecords(PATHS)
                .all().stream()
                        .filter(record -> record.config().tty())
                        .findFirst()
                        .orElseThrow();
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        new ContainerLogs(PATHS)
                .bytes(
                        new Container(atATerminal, ContainerState.EXITED),
                        new LogQuery(null, since, null, stream, false),
                        written::writeBytes,
                        skipped -> {},
                        () -> {});
        return written.toString();
    }

    @Test
    void aTerminalHasStandardOutputAlone() throws InterruptedException {
        assertEquals("at a terminal\r\n", bytes(null, null));
        assertEquals("at a terminal\r\n", bytes(null, "stdout"));
        assertEquals("", bytes(null, "stderr"));
        assertEquals("", bytes(Instant.MAX, null));
    }
}
