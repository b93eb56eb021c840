package dev.berth.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The user that this process belongs to. Inside U1 that is uid 0; on the host it is whoever called {@code berth}. */
public record Caller(int uid, int gid, String name, Path home) {

    /** Read from the owner of {@code /proc/self}, so that the short-lived client loads no native library for it. */
    public static Caller current(Map<String, String> environment) {
        Path self = Path.of("/proc/self");
        try {
            // The link itself belongs to root; what it leads to belongs to the process.
            int uid = (int) Files.getAttribute(self.toRealPath(), "unix:uid");
            int gid = (int) Files.getAttribute(self.toRealPath(), "unix:gid");
            String home = environment.get("HOME");
            if (home == null || !home.startsWith("/")) {
                home = System.getProperty("user.home");
            }
            return new Caller(uid, gid, System.getProperty("user.name"), Path.of(home));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/self; is /proc mounted?", e);
        }
    }

    public boolean isRoot() {
        return uid == 0;
    }
}
