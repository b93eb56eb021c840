package dev.berth.rootfs;

import dev.berth.linux.Fd;
import dev.berth.linux.Stat;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.LayerTree.Place;
import dev.berth.rootfs.tar.RawName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Finds where a path leads in a layer over those below it: name by name, symlinks of both followed within the root. Each step is one
 * name in a real directory, looked at by the kernel beneath the root; the targets of symlinks are only ever more names to walk.
 */
final class PathWalk {
    private static final int MAX_LINKS = 40;
    private static final Step NOTHING = new Step(null, null, false);

    private final Syscalls calls;
    private final LowerView lower;
    private final LayerTree tree;

    PathWalk(Syscalls calls, LowerView lower, LayerTree tree) {
        this.calls = calls;
        this.lower = lower;
        this.tree = tree;
    }

    /** Where the directory is, in the layer or below; empty when there is none. */
    Optional<Place> find(List<String> components) {
        return Optional.ofNullable(walk(components, false, new ArrayList<>()));
    }

    /**
     * As {@link #find}, with every directory on the way made in the layer itself.
     *
     * @param links to which the symlinks are added that were followed
     */
    Place make(List<String> components, List<String> links) {
        return walk(components, true, links);
    }

    private Place walk(List<String> components, boolean make, List<String> links) {
        Deque<String> rest = new ArrayDeque<>(components);
        Place place = top();
        while (!rest.isEmpty()) {
            String name = rest.poll();
            if (name.equals("..")) {
                restart(rest, parent(place.path()), "");
                place = top();
                continue;
            }
            Step step = step(place, name, make);
            if (step.link() != null) {
                links.add(place.child(name));
                if (links.size() > MAX_LINKS) {
                    throw new RootfsException.BadLayer(
                            RawName.shown(String.join("/", components)) + " leads through too many symbolic links");
                }
                restart(rest, step.link().startsWith("/") ? "" : place.path(), step.link());
                place = top();
            } else if (make && (step.place() == null || !step.place().own())) {
                place = tree.imply(place, name, step.place() != null, step.hidden());
            } else if (step.place() == null) {
                return null;
            } else {
                place = step.place();
            }
        }
        return place;
    }

    /**
     * One component further.
     *
     * @param place the directory, null when there is none
     * @param link the target of a symlink, else null
     * @param hidden the layer deleted what the lower layers have there
     */
    private record Step(Place place, String link, boolean hidden) {}

    private Step step(Place place, String name, boolean make) {
        String path = place.child(name);
        if (place.own()) {
            try (Fd own = tree.handle(path).orElse(null)) {
                if (own != null) {
                    return ownStep(place, path, own, make);
                }
            }
        }
        return place.lowerVisible() ? lowerStep(path, make) : NOTHING;
    }

    private Step ownStep(Place place, String path, Fd own, boolean make) {
        Stat stat = calls.fstat(own.number());
        if (stat.isSymlink()) {
            return new Step(null, RawName.of(calls.readlinkat(own.number(), new byte[0])), false);
        }
        if (stat.isWhiteout()) {
            return new Step(null, null, true);
        }
        return stat.isDirectory()
                ? new Step(new Place(path, true, place.lowerVisible() && !tree.isOpaque(path)), null, false)
                : inTheWay(path, make);
    }

    private Step lowerStep(String path, boolean make) {
        try (Fd below = lower.open(path).orElse(null)) {
            if (below == null) {
                return NOTHING;
            }
            Stat stat = calls.fstat(below.number());
            if (stat.isSymlink()) {
                tree.dependsOnLower();
                return new Step(null, lower.readLink(below), false);
            }
            return stat.isDirectory() ? new Step(new Place(path, false, true), null, false) : inTheWay(path, make);
        }
    }

    private static Step inTheWay(String path, boolean make) {
        if (make) {
            throw new RootfsException.BadLayer(
                    RawName.shown(path) + " is no directory, but the archive has files beneath it");
        }
        return NOTHING;
    }

    private Place top() {
        return new Place("", true, !tree.isOpaque(""));
    }

    /** The walk begins anew at the root: with a real path, then with a symlink's target, then with what was left. */
    private static void restart(Deque<String> rest, String path, String target) {
        List<String> names = new ArrayList<>(split(path));
        names.addAll(split(target));
        for (int i = names.size() - 1; i >= 0; i--) {
            rest.addFirst(names.get(i));
        }
    }

    /** Without empty components and ".", but with "..", which the walk resolves. */
    private static List<String> split(String path) {
        return List.of(path.split("/")).stream()
                .filter(name -> !name.isEmpty() && !name.equals("."))
                .toList();
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }
}
