package dev.berth.rootfs;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What is mounted on the root of a container that does not run, for those who look into it.
 *
 * @param source of this machine; empty: nothing is there while the container does not run (a tmpfs)
 * @param target in the container
 */
public record RootMount(Optional<Path> source, String target, boolean readOnly) {}
