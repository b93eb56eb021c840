package dev.berth.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where the control groups of this process are.
 *
 * @param unified whether the machine manages resources by version 2; by version 1 each controller has a tree of its own
 * @param own the group of this process, by controller; of version 2 the one under {@link #UNIFIED}. Empty where none is mounted
 * @see <a href="https://man7.org/linux/man-pages/man7/cgroups.7.html">cgroups(7)</a>
 */
record CgroupTree(boolean unified, Map<String, Path> own) {
    static final String UNIFIED = "unified";

    /** What Berth divides or counts. */
    private static final Set<String> CONTROLLERS = Set.of("memory", "cpu", "cpuacct", "pids", "blkio", "freezer");

    private static final Set<String> LIMITING = Set.of("memory", "cpu", "pids");

    /** @param proc {@code /proc}; when it does not tell, there are none */
    static CgroupTree read(Path proc) {
        try {
            Map<String, String> paths = paths(Files.readAllLines(proc.resolve("self/cgroup"), StandardCharsets.UTF_8));
            Map<String, Path> own = new TreeMap<>();
            for (String line : Files.readAllLines(proc.resolve("self/mountinfo"), StandardCharsets.UTF_8)) {
                addMount(line, paths, own);
            }
            boolean unified = own.keySet().stream().noneMatch(LIMITING::contains);
            own.keySet().removeIf(name -> name.equals(UNIFIED) != unified);
            return new CgroupTree(unified, own);
        } catch (IOException e) {
            return new CgroupTree(true, Map.of());
        }
    }

    /** Lines such as {@code 4:memory:/user} and {@code 0::/user.slice}. */
    private static Map<String, String> paths(List<String> lines) {
        Map<String, String> paths = new TreeMap<>();
        for (String line : lines) {
            String[] fields = line.split(":", 3);
            for (String controller : fields[1].split(",")) {
                paths.put(controller.isEmpty() ? UNIFIED : controller, fields[2]);
            }
        }
        return paths;
    }

    /** A line of proc_pid_mountinfo(5): the mount's root is the fourth field, its place the fifth; the type follows the dash. */
    private static void addMount(String line, Map<String, String> paths, Map<String, Path> own) {
        int dash = line.indexOf(" - ");
        if (dash < 0) {
            return;
        }
        String[] mount = line.substring(0, dash).split(" ");
        String[] system = line.substring(dash + 3).split(" ");
        if (system[0].equals("cgroup2")) {
            put(UNIFIED, mount, paths, own);
        } else if (system[0].equals("cgroup")) {
            for (String option : system[2].split(",")) {
                if (CONTROLLERS.contains(option)) {
                    put(option, mount, paths, own);
                }
            }
        }
    }

    /** A group above the mount's root cannot be reached by it. */
    private static void put(String controller, String[] mount, Map<String, String> paths, Map<String, Path> own) {
        String path = paths.get(controller);
        if (path == null || path.startsWith("/..")) {
            return;
        }
        Path root = Path.of(mount[3]);
        if (Path.of(path).startsWith(root)) {
            own.putIfAbsent(controller, Path.of(mount[4]).resolve(root.relativize(Path.of(path))));
        }
    }
}
