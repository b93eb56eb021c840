package dev.berth.launcher;

import java.nio.file.Path;

/** Something that a container sees at a path beside its image. Targets are absolute and below "/". */
public sealed interface MountSpec {
    String target();

    /** A file or directory of the machine with what is mounted below it: a bind mount or a volume. */
    record Bind(Path source, String target, boolean readOnly) implements MountSpec {
        public Bind {
            check(target);
        }
    }

    /**
     * An empty directory in memory.
     *
     * @param size in bytes; 0 = half of the machine's memory
     */
    record Tmpfs(String target, long size, boolean readOnly) implements MountSpec {
        public Tmpfs {
            check(target);
        }
    }

    private static void check(String target) {
        if (!target.startsWith("/") || target.chars().allMatch(c -> c == '/') || target.indexOf('\0') >= 0) {
            throw new BadLaunch(
                    "mounts",
                    "cannot mount at '%s': the target must be an absolute path below /"
                            .formatted(target.replace('\0', '?')));
        }
    }
}
