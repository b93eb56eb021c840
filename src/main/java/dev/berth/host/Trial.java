package dev.berth.host;

import dev.berth.linux.Fd;
import java.nio.file.Path;
import java.util.Optional;

/** A container that is started to see whether one can be. Only the launcher knows how, which this package does not know. */
public interface Trial {
    /**
     * What kept it from starting.
     *
     * @param place the step of the launch, and what it was about: {@code mount /proc}
     * @param errno the kernel's reason by its name
     * @param sentence what the user of {@code berth run} is told
     */
    record Failure(String place, String errno, String sentence) {}

    /**
     * Starts the container, waits for its end, and leaves none of it running.
     *
     * @param root an empty file system of its own, which takes files
     * @param folder an empty directory for all that it writes, which the caller removes
     * @return empty when it ran
     */
    Optional<Failure> start(Fd root, Path folder);
}
