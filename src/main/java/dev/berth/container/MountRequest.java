package dev.berth.container;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A directory or file that a container is given beside its image.
 *
 * @param type {@code bind} (a path of this machine), {@code volume} (a named one of Berth's) or {@code tmpfs}
 * @param source the path, or the volume's name (null: a new anonymous one); null for tmpfs
 * @param target where the container sees it, cleaned as docker does it: one place has one name
 */
public record MountRequest(String type, String source, String target, boolean readOnly) {
    public MountRequest {
        if (type == null) {
            throw new ContainerException.Invalid("type", "type is missing: bind, volume or tmpfs");
        }
        Checks.oneOf("type", type, List.of("bind", "volume", "tmpfs"));
        if (target == null) {
            throw new ContainerException.Invalid("target", "target is missing: say where the container sees it");
        }
        target = clean(Checks.absolute("target", target));
        if (target.equals("/")) {
            throw new ContainerException.Invalid("target", "target is the root of the container: mount below it");
        }
        switch (type) {
            case "bind" -> {
                if (source == null) {
                    throw new ContainerException.Invalid("source", "source is missing: a bind needs a path");
                }
                Checks.absolute("source", source);
            }
            case "volume" -> VolumeName.check("source", source);
            default -> {
                if (source != null) {
                    throw new ContainerException.Invalid("source", "source has no meaning for a tmpfs: leave it out");
                }
            }
        }
    }

    /**
     * The mounts of a request that are made, one at each place, as docker has it: an anonymous volume gives way to anything else
     * that is mounted there, and the same mount counts once.
     *
     * @throws ContainerException.Invalid when two different ones are to be at one place
     */
    static List<MountRequest> onePerPlace(List<MountRequest> mounts) {
        Map<String, MountRequest> chosen = new LinkedHashMap<>();
        for (int i = 0; i < mounts.size(); i++) {
            MountRequest mount = mounts.get(i);
            MountRequest before = chosen.putIfAbsent(mount.target(), mount);
            if (before == null || mount.hasNoName() || mount.equals(before)) {
                continue;
            }
            if (!before.hasNoName()) {
                throw new ContainerException.Invalid(
                        "mounts[" + i + "].target",
                        "cannot mount at " + mount.target()
                                + " twice: leave one of the two out, or give it another target");
            }
            chosen.put(mount.target(), mount);
        }
        return List.copyOf(chosen.values());
    }

    /** Whether it is a volume that gets its name from Berth. (A name in is… would be a field of the JSON.) */
    boolean hasNoName() {
        return type.equals("volume") && source == null;
    }

    /** How far below the root it is: what is mounted in another mount is deeper than that. */
    int depth() {
        return (int) target.chars().filter(c -> c == '/').count();
    }

    private static String clean(String path) {
        Deque<String> names = new ArrayDeque<>();
        for (String name : path.split("/")) {
            if (name.equals("..")) {
                names.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        return "/" + String.join("/", names);
    }
}
