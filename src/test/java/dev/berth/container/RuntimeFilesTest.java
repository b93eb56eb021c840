package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeFilesTest {
    private static final int ROUNDS = 50;
    private static final int FILES = 100;

    @TempDir
    Path temporary;

    /** As a monitor does that ends: the directory of a session stayed behind. */
    @Test
    void aDirectoryGoesWhoseFilesSomebodyElseTakesAwayMeanwhile() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Path directory = filled("round" + round);
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> empty(directory));
            RuntimeFiles.delete(directory);
            other.get();
            assertFalse(Files.exists(directory));
        }
    }

    /** As a monitor writes the exit file of its session. */
    @Test
    void aDirectoryGoesIntoWhichSomebodyElseStillWritesALittle() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Path directory = filled("round" + round);
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> write(directory));
            RuntimeFiles.delete(directory);
            other.get();
            assertFalse(Files.exists(directory));
        }
    }

    @Test
    void oneThatIsNotThereIsFine() {
        Path none = temporary.resolve("none");
        RuntimeFiles.delete(none);
        assertFalse(Files.exists(none));
    }

    @Test
    void linksAreNotFollowed() throws Exception {
        Path kept = filled("kept");
        Path directory = Files.createDirectories(temporary.resolve("directory/below"));
        Files.createSymbolicLink(directory.resolve("link"), kept);
        RuntimeFiles.delete(directory.getParent());
        assertFalse(Files.exists(directory.getParent()));
        assertFalse(Files.notExists(kept.resolve("0")));
    }

    private Path filled(String name) throws IOException {
        Path directory = Files.createDirectory(temporary.resolve(name));
        for (int i = 0; i < FILES; i++) {
            Files.createFile(directory.resolve("" + i));
        }
        return directory;
    }

    private static void write(Path directory) {
        try {
            Files.createFile(directory.resolve("exit.tmp"));
            Files.move(directory.resolve("exit.tmp"), directory.resolve("exit"));
        } catch (NoSuchFileException gone) {
            return;
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static void empty(Path directory) {
        try {
            for (int i = FILES - 1; i >= 0; i--) {
                Files.deleteIfExists(directory.resolve("" + i));
            }
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }
}
