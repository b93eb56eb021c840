package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.linux.Syscalls;
import dev.berth.store.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumesTest {
    @TempDir
    Path temp;

    private DataDirectory data;
    private Volumes volumes;

    @BeforeEach
    void open() {
        data = DataDirectory.open(temp, Syscalls.linux());
        volumes = new Volumes(
                new ContainerPaths(temp, temp), data.trash(), new Events(Clock.systemUTC()), name -> List.of());
    }

    @AfterEach
    void close() {
        data.close();
    }

    @Test
    void itsCreationIsNotTheLastTimeThatSomebodyWroteIntoIt() throws Exception {
        Instant created = volumes.create("kept").volume().created();
        Path directory = temp.resolve("volumes/kept");
        Files.setLastModifiedTime(directory, FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
        BasicFileAttributes attributes = Files.readAttributes(directory, BasicFileAttributes.class);
        boolean isBirthKept = !attributes.creationTime().equals(attributes.lastModifiedTime());
        Instant wanted = isBirthKept ? created : attributes.lastModifiedTime().toInstant();
        assertEquals(wanted, volumes.inspect("kept").created());
        assertTrue(volumes.list().contains(volumes.inspect("kept")));
    }
}
