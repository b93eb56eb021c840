package dev.berth.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SystemFileTest {
    /** The kernel gives all of it to the first read, and nothing to the next. */
    @Test
    void aSettingOfTheKernelIsReadWhole() {
        Optional<String> most = SystemFile.line(Path.of("/proc/sys/kernel/pid_max"));
        assertTrue(most.orElseThrow().matches("[0-9]{3,}"), most::toString);
    }

    @Test
    void whatIsNotThereHasNoLines() {
        assertEquals(List.of(), SystemFile.lines(Path.of("/proc/sys/kernel/no-such")));
        assertEquals(Optional.empty(), SystemFile.line(Path.of("/proc/sys/kernel/no-such")));
    }
}
