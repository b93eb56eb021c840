package dev.berth.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Every path of containers, sessions and volumes.
 *
 * @param data the data directory
 * @param runtime the runtime directory, which a reboot empties
 */
record ContainerTree(Path data, Path runtime) {
    Path containers() {
        return data.resolve("containers");
    }

    /** Record, log, exit file and the writable layer of a container. */
    Path container(ContainerId id) {
        return containers().resolve(id.value());
    }

    Path record(ContainerId id) {
        return container(id).resolve("container.json");
    }

    /** Where the sockets of a running container are. Short, since a socket's path has 107 bytes. */
    Path socketsOf(ContainerId id) {
        return runtime.resolve("containers").resolve(id.brief());
    }

    Path sessions() {
        return runtime.resolve("exec");
    }

    /** Sockets, log and exit file of an exec session. */
    Path session(ContainerId id) {
        return sessions().resolve(id.brief());
    }

    Path volumes() {
        return data.resolve("volumes");
    }

    Path volume(String name) {
        return volumes().resolve(name);
    }

    Path runtimes() {
        return runtime.resolve("containers");
    }

    /** The names in a directory; none when it does not exist. */
    static List<Path> children(Path directory) {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            List<Path> children = new ArrayList<>();
            stream.forEach(children::add);
            return children;
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    /** Makes a directory and its parents, for this user alone. */
    static Path make(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot make directory " + directory + ": " + e.getMessage(), e);
        }
    }
}
