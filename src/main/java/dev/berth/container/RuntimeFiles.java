package dev.berth.container;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** What containers and sessions have in the runtime directory. */
final class RuntimeFiles {
    private static final System.Logger LOG = System.getLogger(RuntimeFiles.class.getName());

    /** More than a monitor writes in its end. */
    private static final int ATTEMPTS = 10;

    private RuntimeFiles() {}

    /**
     * Deletes a directory and what is in it. A monitor that is just ending may write its last file there meanwhile, and takes others away.
     * What stays is told.
     */
    static void delete(Path directory) {
        try {
            for (int attempt = 1; !attempt(directory, attempt == ATTEMPTS); attempt++) {
                continue;
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot delete {0}: {1}", directory, e.getMessage());
        }
    }

    private static boolean attempt(Path directory, boolean last) throws IOException {
        try {
            Files.walkFileTree(directory, new Deletion());
            return true;
        } catch (DirectoryNotEmptyException written) {
            if (last) {
                throw written;
            }
            return false;
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
