package dev.berth.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code -v SOURCE:TARGET[:ro|rw]}: a source with a slash is a path of this machine, else the name of a volume. {@code --tmpfs
 * TARGET[:ro|rw]}.
 */
final class MountOption {
    private MountOption() {}

    static List<Map<String, Object>> all(List<String> volumes, List<String> tmpfs) {
        List<Map<String, Object>> mounts = new ArrayList<>();
        volumes.forEach(volume -> mounts.add(volume(volume)));
        tmpfs.forEach(mount -> mounts.add(tmpfs(mount)));
        return mounts;
    }

    static Map<String, Object> tmpfs(String text) {
        int colon = text.indexOf(':');
        String target = colon < 0 ? text : text.substring(0, colon);
        if (!target.startsWith("/")) {
            throw new CliException("cannot mount '" + text + "': write TARGET[:ro] with an absolute target");
        }
        boolean readOnly = false;
        for (String option :
                colon < 0 ? new String[0] : text.substring(colon + 1).split(",", -1)) {
            readOnly = switch (option) {
                case "ro" -> true;
                case "rw" -> false;
                case "noexec", "nosuid", "nodev" -> readOnly; // it is, always
                default ->
                    throw new CliException("cannot mount '" + text + "': a tmpfs takes ro or rw, not '" + option + "'");
            };
        }
        return mount("tmpfs", null, target, readOnly);
    }

    static Map<String, Object> volume(String text) {
        String[] parts = text.split(":", -1);
        boolean readOnly = false;
        int length = parts.length;
        if (length == 3) {
            readOnly = switch (parts[2]) {
                case "ro" -> true;
                case "rw" -> false;
                default ->
                    throw new CliException("cannot mount '" + text + "': '" + parts[2] + "' is neither ro nor rw");
            };
        }
        if (length > 3 || parts[0].isEmpty() || length > 1 && !parts[1].startsWith("/")) {
            throw new CliException("cannot mount '" + text + "': write SOURCE:TARGET[:ro] with an absolute target");
        }
        if (length == 1) {
            if (!text.startsWith("/")) {
                throw new CliException("cannot mount '" + text + "': write SOURCE:TARGET[:ro]");
            }
            return mount("volume", null, text, false);
        }
        boolean path = parts[0].contains("/") || parts[0].equals(".") || parts[0].equals("..");
        // The service has another working directory than the caller.
        String source = path ? Path.of(parts[0]).toAbsolutePath().normalize().toString() : parts[0];
        return mount(path ? "bind" : "volume", source, parts[1], readOnly);
    }

    private static Map<String, Object> mount(String type, String source, String target, boolean readOnly) {
        Map<String, Object> mount = new LinkedHashMap<>();
        mount.put("type", type);
        mount.put("source", source);
        mount.put("target", target);
        mount.put("readOnly", readOnly);
        return mount;
    }
}
