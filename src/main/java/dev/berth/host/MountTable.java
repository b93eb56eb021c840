package dev.berth.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is mounted where, as this process sees it.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">proc_pid_mountinfo(5)</a>
 */
record MountTable(List<Mount> mounts) {
    /** A mount with its options, those of the mount and those of the file system. */
    record Mount(Path target, String type, Set<String> options) {
        boolean noexec() {
            return options.contains("noexec");
        }

        boolean nodev() {
            return options.contains("nodev");
        }
    }

    static MountTable current() {
        return parse(SystemFile.lines(Path.of("/proc/self/mountinfo")));
    }

    static MountTable parse(List<String> lines) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : lines) {
            int separator = line.indexOf(" - ");
            String[] before = line.substring(0, Math.max(separator, 0)).split(" ");
            if (separator < 0 || before.length < 6) {
                continue;
            }
            String[] after = line.substring(separator + 3).split(" ");
            Set<String> options = new java.util.HashSet<>(List.of(before[5].split(",")));
            if (after.length > 2) {
                options.addAll(List.of(after[2].split(",")));
            }
            mounts.add(new Mount(Path.of(unescape(before[4])), after[0], options));
        }
        return new MountTable(mounts);
    }

    /** The mount that a path lies on: the last of those with the longest target. */
    Mount of(Path path) {
        Mount best = new Mount(Path.of("/"), "", Set.of());
        for (Mount mount : mounts) {
            if (path.startsWith(mount.target())
                    && mount.target().getNameCount() >= best.target().getNameCount()) {
                best = mount;
            }
        }
        return best;
    }

    private static String unescape(String octal) {
        return octal.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
