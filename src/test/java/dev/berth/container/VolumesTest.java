package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import java.util.Map;
import java.util.stream.Stream;
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
        Instant created = volumes.create("kept", null).volume().created();
        Path directory = temp.resolve("volumes/kept");
        Files.setLastModifiedTime(directory, FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
        BasicFileAttributes attributes = Files.readAttributes(directory, BasicFileAttributes.class);
        boolean isBirthKept = !attributes.creationTime().equals(attributes.lastModifiedTime());
        Instant wanted = isBirthKept ? created : attributes.lastModifiedTime().toInstant();
        assertEquals(wanted, volumes.inspect("kept").created());
        assertTrue(volumes.list().contains(volumes.inspect("kept")));
    }

    @Test
    void labelsGoWithTheirVolumeAndContainersSeeNothingOfThem() throws Exception {
        Map<String, String> labels = Map.of("tier", "front", "empty", "");
        assertEquals(labels, volumes.create("kept", labels).volume().labels());
        assertEquals(
                labels, volumes.create("kept", Map.of("other", "1")).volume().labels(), "it is left alone");
        assertEquals(
                List.of("kept"), volumes.list().stream().map(Volumes.View::name).toList());
        try (Stream<Path> seen = Files.list(temp.resolve("volumes/kept"))) {
            assertEquals(0, seen.count());
        }
        volumes.remove("kept");
        volumes.ensure("kept", true);
        assertEquals(Map.of(), volumes.inspect("kept").labels());
    }

    /** Of a crash between the two steps of making a labelled volume. */
    @Test
    void aRecordWithoutAVolumeIsNoVolumeAndNotTheNextOnes() throws Exception {
        new VolumeRecords(new ContainerPaths(temp, temp)).write("half", Map.of("a", "b"), false);
        assertEquals(List.of(), volumes.list());
        assertEquals(Map.of(), volumes.create("half", Map.of()).volume().labels());
    }

    @Test
    void labelsOfANewerBerthOrThatAreDamagedAreLeftAlone() throws Exception {
        Path record = temp.resolve("volume-records/kept.json");
        volumes.create("kept", Map.of("a", "b"));
        for (String text :
                List.of("{\"version\":2,\"labels\":[\"a\"]}", "{\"version\":2,\"labels\":{\"a\":\"b\"}}", "{")) {
            Files.writeString(record, text);
            assertEquals(Map.of(), volumes.inspect("kept").labels());
            assertEquals(text, Files.readString(record));
        }
    }

    @Test
    void aLabelWithoutANameIsRefusedAndNothingIsMade() {
        assertThrows(ContainerException.Invalid.class, () -> volumes.create("kept", Map.of("", "b")));
        assertEquals(List.of(), volumes.list());
    }

    /** A name of 32 digits is a random one, unless somebody has given it: an md5, for example. */
    @Test
    void aVolumeThatSomebodyHasNamedIsNotAnonymousWhateverItIsCalled() {
        String digits = "0123456789abcdef0123456789abcdef";
        assertFalse(volumes.create(digits, null).volume().anonymous());
        assertFalse(volumes.create("kept", null).volume().anonymous());
        assertTrue(volumes.create(null, null).volume().anonymous());
        assertTrue(volumes.create(null, Map.of("a", "b")).volume().anonymous());
        volumes.remove(digits);
        volumes.ensure(digits, false);
        assertTrue(volumes.inspect(digits).anonymous());
    }

    @Test
    void aNameThatNoVolumeCanHaveIsOneThatNoneHas() {
        assertThrows(ContainerException.NotFound.class, () -> volumes.inspect("_x"));
        assertThrows(ContainerException.NotFound.class, () -> volumes.remove("../x"));
        assertThrows(ContainerException.Invalid.class, () -> volumes.create("_x", null));
    }
}
