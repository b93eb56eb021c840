package dev.berth.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.berth.host.Probe.Result;
import dev.berth.linux.Syscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of where it works; what its steps find depends on who runs this. */
class ProbeTest {
    @TempDir
    Path temp;

    private static List<Result> run(Path dataDir) {
        return new Probe(Syscalls.linux(), dataDir, (root, folder) -> Optional.empty()).run();
    }

    /** Another one removes its own, which this one has found in the list a moment ago. */
    @Test
    void aFolderThatIsGoneMeanwhileIsNoFailure() throws Exception {
        Files.createSymbolicLink(temp.resolve(".doctorOfAnother"), Path.of("gone"));
        List<Result> results = run(temp);
        assertTrue(results.stream().anyMatch(result -> result.step().equals("owners")), results::toString);
    }

    @Test
    void aDirectoryThatCannotBeWrittenToIsToldWithItsReason() throws Exception {
        assertEquals(List.of(new Result("scratch", "ENOENT")), run(temp.resolve("none")));
        assertEquals(List.of(new Result("scratch", "ENOTDIR")), run(Files.createFile(temp.resolve("file"))));
    }
}
