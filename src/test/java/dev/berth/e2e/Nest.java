package dev.berth.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The machine as another one would be: with mounts that an ordinary user makes in a namespace of his own, and in which he is
 * himself again. Without subordinate ids, since the program that maps them has no power in there.
 */
final class Nest implements AutoCloseable {
    private static final String NO_IDS = "mount --bind /dev/null /etc/subuid; mount --bind /dev/null /etc/subgid; ";

    private final Process holder;

    /** One that stays, so that several command lines are in the same; as {@link #with}. */
    Nest(String mounts) throws IOException {
        List<String> command = new ArrayList<>(with(mounts));
        command.addAll(List.of("sh", "-c", "echo there; exec cat"));
        holder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = holder.inputReader(StandardCharsets.US_ASCII).readLine();
        if (!"there".equals(said)) {
            throw new IOException("cannot make a namespace of this user's own: " + said);
        }
    }

    /** The beginning of a command line in it. */
    List<String> inside() {
        return List.of(
                "nsenter", "--target", Long.toString(holder.pid()), "--user", "--mount", "--preserve-credentials");
    }

    /** It goes on as long as what runs in it. */
    @Override
    public void close() {
        holder.destroy();
    }

    /** @return the beginning of a command line. @param mounts commands for a shell */
    static List<String> with(String mounts) throws IOException {
        Path self = Path.of("/proc/self").toRealPath();
        String back = "exec unshare --user --mount --map-user=%s --map-group=%s \"$@\""
                .formatted(Files.getAttribute(self, "unix:uid"), Files.getAttribute(self, "unix:gid"));
        return List.of(
                "unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", NO_IDS + mounts + "\n" + back, "nest");
    }
}
