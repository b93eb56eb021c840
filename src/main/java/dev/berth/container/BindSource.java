package dev.berth.container;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A path of this machine that a container is to see. */
final class BindSource {
    private BindSource() {}

    /**
     * Refuses what the service cannot find. It may be another user than the one who asks: root's service is the user berth.
     *
     * @param index of the mount in its request
     */
    static Path check(int index, String source) {
        Path path = Path.of(source);
        try {
            Files.readAttributes(path, BasicFileAttributes.class);
            return path;
        } catch (AccessDeniedException e) {
            throw refused(
                    index,
                    source,
                    "the service's user " + System.getProperty("user.name")
                            + " may not reach it; let that user enter each directory above it (chmod o+x, setfacl), or name a volume");
        } catch (IOException e) {
            throw refused(index, source, "it does not exist; make it first, or name a volume");
        }
    }

    private static ContainerException refused(int index, String source, String why) {
        return new ContainerException.Invalid("mounts[" + index + "].source", "cannot mount " + source + ": " + why);
    }
}
