package dev.berth.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The machine as another one would be: with mounts that an ordinary user makes in a namespace of his own, and in which he is
 * himself again. Without subordinate ids, since the program that maps them has no power in there.
 */
final class Nest {
    private static final String NO_IDS = "mount --bind /dev/null /etc/subuid; mount --bind /dev/null /etc/subgid; ";

    private Nest() {}

    /** @return the beginning of a command line. @param mounts commands for a shell */
    static List<String> with(String mounts) throws IOException {
        Path self = Path.of("/proc/self").toRealPath();
        String back = "exec unshare --user --map-user=%s --map-group=%s \"$@\""
                .formatted(Files.getAttribute(self, "unix:uid"), Files.getAttribute(self, "unix:gid"));
        return List.of(
                "unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", NO_IDS + mounts + "\n" + back, "nest");
    }
}
