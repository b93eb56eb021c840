package dev.berth.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code -v SOURCE:TARGET[:OPTIONS]}: a source with a slash is a path of this machine, else the name of a volume. {@code --tmpfs
 * TARGET[:OPTIONS]}. Options are {@code ro} or {@code rw}, and what holds anyway.
 */
final class MountOption {
    /**
     * SELinux labels: nothing of Berth's is confined by them, so there is none to give. What docker takes for the sake of other systems, and
     * that nothing mounted inside is seen outside.
     */
    private static final Set<String> OF_A_VOLUME =
            Set.of("z", "Z", "cached", "delegated", "consistent", "private", "rprivate");

    private static final Set<String> OF_A_TMPFS = Set.of("noexec", "nosuid", "nodev");

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
        boolean readOnly = colon >= 0 && readOnly(text, text.substring(colon + 1), OF_A_TMPFS);
        return mount("tmpfs", null, target, readOnly);
    }

    private static boolean readOnly(String mount, String options, Set<String> ignored) {
        boolean readOnly = false;
        for (String option : options.split(",", -1)) {
            if (!option.equals("ro") && !option.equals("rw") && !ignored.contains(option)) {
                throw new CliException("cannot mount '" + mount + "': '" + option + "' is neither ro nor rw");
            }
            readOnly = option.equals("ro") || readOnly && !option.equals("rw");
        }
        return readOnly;
    }

    static Map<String, Object> volume(String text) {
        String[] parts = text.split(":", -1);
        int length = parts.length;
        boolean readOnly = length == 3 && readOnly(text, parts[2], OF_A_VOLUME);
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
