package dev.berth.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The place where control groups of containers are made: by version 1 the group {@code berth} below the one that the service is in, in
 * each tree where that is this user's; by version 2 the scope of systemd's that the service was started in. For any thread.
 *
 * @see <a href="https://systemd.io/CGROUP_DELEGATION/">Control Group APIs and Delegation</a>
 */
public final class CgroupHome {
    /** Of version 1: the group below one's own that holds the containers'. */
    public static final String GROUP = "berth";

    /** Controllers that limit, in the order in which they are told. */
    public static final List<String> LIMITING = List.of("memory", "cpu", "pids");

    /** Of version 2: a scope that holds nothing but a service of Berth and what it has started. */
    private static final Pattern SCOPE = Pattern.compile("berth-[0-9a-f]+\\.scope");

    /** Of version 2: processes live in leaves only, and the service's own is this one. */
    private static final String LEAF = "service";

    private static final List<String> WANTED = List.of("memory", "cpu", "pids", "io");

    private final boolean unified;
    private final Map<String, Path> places;
    private final Set<String> controllers;

    private CgroupHome(boolean unified, Map<String, Path> places, Set<String> controllers) {
        this.unified = unified;
        this.places = Map.copyOf(places);
        this.controllers = Set.copyOf(controllers);
    }

    /** None: containers are neither limited nor counted. */
    public static CgroupHome none() {
        return new CgroupHome(true, Map.of(), Set.of());
    }

    /** Looks for it, and changes nothing. */
    public static CgroupHome find(Path proc) {
        CgroupTree tree = CgroupTree.read(proc);
        return tree.unified() ? unified(tree) : legacy(tree);
    }

    private static CgroupHome legacy(CgroupTree tree) {
        Map<String, Path> places = new TreeMap<>();
        tree.own().forEach((controller, own) -> {
            Path place = own.resolve(GROUP);
            if (Files.isWritable(Files.exists(place) ? place : own)) {
                places.put(controller, place);
            }
        });
        Set<String> controllers = new TreeSet<>(places.keySet());
        controllers.retainAll(LIMITING);
        return new CgroupHome(false, places, controllers);
    }

    /** Of version 1: where it would be, whether it may be there or not. */
    public static List<Path> legacyPlaces(Path proc) {
        return CgroupTree.read(proc).own().values().stream()
                .distinct()
                .map(own -> own.resolve(GROUP))
                .toList();
    }

    private static CgroupHome unified(CgroupTree tree) {
        Path own = tree.own().get(CgroupTree.UNIFIED);
        if (own == null || own.getFileName() == null) {
            return none();
        }
        Path scope = own.endsWith(LEAF) ? own.getParent() : own;
        boolean ours = SCOPE.matcher(scope.getFileName().toString()).matches()
                && Files.isWritable(scope)
                && Files.isWritable(scope.resolve("cgroup.procs"))
                && Files.isWritable(scope.resolve("cgroup.subtree_control"));
        return ours
                ? new CgroupHome(true, Map.of(CgroupTree.UNIFIED, scope), names(scope.resolve("cgroup.controllers")))
                : none();
    }

    private static Set<String> names(Path file) {
        Set<String> names = new TreeSet<>(WANTED);
        try {
            names.retainAll(Set.of(Files.readString(file).strip().split(" ")));
            return names;
        } catch (IOException e) {
            return Set.of();
        }
    }

    /**
     * Makes it ready for containers: of version 2 what is in the scope moves to a leaf of it, since a group with processes of its own
     * cannot be divided. To be called by the service, which is in there, before it starts anything.
     */
    public void prepare() {
        Path scope = places.get(CgroupTree.UNIFIED);
        if (scope == null) {
            return;
        }
        Path leaf = scope.resolve(LEAF);
        try {
            Files.createDirectories(leaf);
            Path processes = scope.resolve("cgroup.procs");
            for (List<String> here = Files.readAllLines(processes);
                    !here.isEmpty();
                    here = Files.readAllLines(processes)) {
                here.forEach(process -> move(process, leaf));
            }
        } catch (IOException e) {
            throw new CgroupException(leaf, CgroupFile.reason(e), e);
        }
        controllers.forEach(name -> CgroupFile.write(scope.resolve("cgroup.subtree_control"), "+" + name));
    }

    /** One that has just ended needs no move. */
    private static void move(String process, Path leaf) {
        try {
            CgroupFile.write(leaf.resolve("cgroup.procs"), process);
        } catch (CgroupException e) {
            if (Files.exists(Path.of("/proc", process))) {
                throw e;
            }
        }
    }

    /** Those of {@link #LIMITING} that can be set here, and of version 2 perhaps {@code io}. */
    public Set<String> controllers() {
        return controllers;
    }

    /** Whether the machine has version 2 alone. */
    public boolean isUnified() {
        return unified;
    }

    /** The group of a container, which is yet to be made; empty where there is no place for one. */
    public Optional<Cgroup> child(String id) {
        if (places.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Path> directories = new TreeMap<>();
        places.forEach((controller, place) -> directories.put(controller, place.resolve(id)));
        return Optional.of(Cgroup.of(directories));
    }

    /** Removes what version 1 has of it, when no container is left: systemd does so with a scope. */
    public void leave() {
        if (unified) {
            return;
        }
        for (Path place : Set.copyOf(places.values())) {
            try {
                Files.deleteIfExists(place);
            } catch (IOException used) {
                continue; // a container's group is in it, or root has made it
            }
        }
    }

    /** Gives the groups of version 1 to the user that the service will be: called by root, which is in the same ones. */
    public static void handOver(Path proc, int uid, int gid) {
        if (CgroupTree.read(proc).unified()) {
            return;
        }
        for (Path place : legacyPlaces(proc)) {
            try {
                Files.createDirectories(place);
                for (Path given : List.of(place, place.resolve("cgroup.procs"), place.resolve("tasks"))) {
                    Files.setAttribute(given, "unix:uid", uid);
                    Files.setAttribute(given, "unix:gid", gid);
                }
            } catch (IOException e) {
                continue; // a read-only tree: containers go without it, and a limit says so
            }
        }
    }
}
