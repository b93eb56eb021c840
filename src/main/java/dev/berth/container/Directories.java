package dev.berth.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Small directories of Berth's own in the runtime directory, where nobody else may write. */
final class Directories {
    private Directories() {}

    /** Deletes it with all that is in it. A second call does nothing. */
    static void delete(Path directory) {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException | java.io.UncheckedIOException gone) {
            return;
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot delete " + directory + ": " + e.getMessage(), e);
        }
        for (Path path : all) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw new ContainerException.Failed("cannot delete " + path + ": " + e.getMessage(), e);
            }
        }
    }
}
