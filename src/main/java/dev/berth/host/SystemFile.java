package dev.berth.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Files of the system that may be there or not: /proc, /sys, /etc. */
final class SystemFile {
    private SystemFile() {}

    /**
     * The lines, none when the file is not there or not for us. Read through a buffer: the kernel gives a sysctl to the first
     * read alone, and readAllBytes asks for one byte of a file that says it is empty.
     */
    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }

    /** The first line without blanks around it. */
    static Optional<String> line(Path file) {
        return lines(file).stream().findFirst().map(String::strip);
    }

    /** The first directory of a search path that holds the program. */
    static Optional<Path> program(String searchPath, String name) {
        // The administrators' directories are not on every user's PATH.
        for (String directory : (searchPath + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin").split(":")) {
            if (directory.startsWith("/") && Files.isExecutable(Path.of(directory, name))) {
                return Optional.of(Path.of(directory, name));
            }
        }
        return Optional.empty();
    }
}
