package dev.berth.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceRecordTest {
    @TempDir
    Path directory;

    private final URI url = URI.create("http://127.0.0.1:7070");

    @Test
    void isReadAsItWasWritten() {
        Path file = directory.resolve("service.json");
        ServiceRecord record = ServiceRecord.ofThisProcess(url, Path.of("/x/token"), directory);
        record.write(file);
        assertEquals(Optional.of(record), ServiceRecord.running(file));
        ServiceRecord withoutFile = ServiceRecord.ofThisProcess(url, null, directory);
        withoutFile.write(file);
        assertEquals(Optional.of(withoutFile), ServiceRecord.running(file));
        record.remove(file);
        assertTrue(Files.notExists(file));
    }

    @Test
    void aRecordOfAKilledServiceIsNotRunningAndSomeoneElsesIsKept() {
        Path file = directory.resolve("service.json");
        new ServiceRecord(ProcessHandle.current().pid(), 1, url, null, directory, "0").write(file);
        assertFalse(ServiceRecord.running(file).isPresent());
        ServiceRecord.ofThisProcess(url, null, directory).remove(file);
        assertTrue(Files.exists(file));
    }

    @Test
    void rubbishIsNoRecord() throws Exception {
        Path file = directory.resolve("service.json");
        assertEquals(Optional.empty(), ServiceRecord.read(file));
        Files.writeString(file, "{\"pid\":12");
        assertEquals(Optional.empty(), ServiceRecord.read(file));
    }
}
