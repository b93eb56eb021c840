package dev.berth.rootfs;

import dev.berth.linux.At;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Rename;
import dev.berth.linux.Stat;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.linux.Timestamp;
import dev.berth.rootfs.tar.RawName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tree of a layer while it is made, seen over the layers below it: finds the directory in which an entry belongs, following
 * symlinks of this layer and of the lower ones within the root, and makes directories that the archive only implies, with the
 * attributes that the lower layers give them.
 *
 * <p>Paths are real ones beneath the root, as {@link RawName}; every step is one name in a directory that the kernel opened beneath the
 * root without following anything. Remembers what its result owes to the lower layers. For one thread.
 */
final class LayerTree implements AutoCloseable {
    private static final int CACHED = 64;
    /** So many paths are remembered of each kind; a layer of a million directories must not fill the memory. */
    private static final int REMEMBERED = 20_000;

    private static final long REMEMBERED_BYTES = 2 << 20;

    private static final int MAX_OPAQUE = 100_000;
    private static final long MAX_OPAQUE_BYTES = 4 << 20;

    private final Syscalls calls;
    private final AttributeWriter writer;
    private final LowerView lower;
    private final Fd root;
    private final Fd stash;
    private final PathSet implied = new PathSet(REMEMBERED, REMEMBERED_BYTES);
    private final PathSet opaque = new PathSet(MAX_OPAQUE, MAX_OPAQUE_BYTES);
    private final PathSet whiteouts = new PathSet(REMEMBERED, REMEMBERED_BYTES);
    private final DirectoryTimes times;
    private final PathWalk walk;
    private final Map<String, Directory> cache = new LinkedHashMap<>(16, 0.75f, true);
    private final Aliases aliases = new Aliases();
    private boolean dependent;
    private int stashed;

    /** A directory of this layer; the descriptor is the tree's. */
    record Directory(String path, Fd fd) {
        String child(String name) {
            return path.isEmpty() ? name : path + "/" + name;
        }

        int number() {
            return fd.number();
        }
    }

    /**
     * Where a directory is.
     *
     * @param own it exists in this layer
     * @param lowerVisible the content that lower layers have there shows through
     */
    record Place(String path, boolean own, boolean lowerVisible) {
        String child(String name) {
            return path.isEmpty() ? name : path + "/" + name;
        }
    }

    /**
     * @param tree an empty directory: the layer's root
     * @param stash another one on the same file system, for what is replaced
     */
    LayerTree(Syscalls calls, AttributeWriter writer, LowerView lower, Path tree, Path stash) {
        this.calls = calls;
        this.writer = writer;
        this.lower = lower;
        this.root = lower.openTree(tree);
        this.stash = lower.openTree(stash);
        this.times = new DirectoryTimes(calls, writer, this);
        this.walk = new PathWalk(calls, lower, this);
    }

    /** The layer's own directory for these components, made where it is missing. */
    Directory directory(List<String> components) {
        String wanted = String.join("/", components);
        Directory cached = cache.get(aliases.resolve(wanted));
        if (cached != null) {
            return cached;
        }
        Optional<Fd> direct = Beneath.open(calls, root.number(), wanted, Open.PATH | Open.DIRECTORY);
        return direct.isPresent() ? keep(new Directory(wanted, direct.get())) : walked(wanted, components);
    }

    private Directory walked(String wanted, List<String> components) {
        List<String> links = new ArrayList<>();
        String path = walk.make(components, links).path();
        if (!path.equals(wanted)) {
            aliases.put(wanted, path, links);
        }
        Directory cached = cache.get(path);
        return cached != null ? cached : keep(open(path));
    }

    private Directory keep(Directory found) {
        if (cache.size() >= CACHED) {
            String eldest = cache.keySet().iterator().next();
            cache.remove(eldest).fd().close();
        }
        cache.put(found.path(), found);
        times.remember(found.path());
        return found;
    }

    /** To be called when something is made that may have no forerunner in this layer: one in a lower layer may have led elsewhere. */
    void made(Directory directory, String name) {
        aliases.made(directory.child(name));
    }

    /** Where the directory is, in this layer or below, without making anything; empty when there is none. */
    Optional<Place> find(List<String> components) {
        return walk.find(components);
    }

    /** What this layer itself has there. */
    Optional<Stat> own(String path) {
        try (Fd handle = handle(path).orElse(null)) {
            return handle == null ? Optional.empty() : Optional.of(calls.fstat(handle.number()));
        }
    }

    /** Whether something of a lower layer shows through at this name. */
    boolean lowerShows(String directory, String name) {
        return walk.find(RawName.components(directory))
                .filter(place -> place.path().equals(directory) && place.lowerVisible())
                .flatMap(place -> lower.stat(place.child(name)))
                .isPresent();
    }

    Optional<Stat> stat(Directory directory, String name) {
        try {
            return Optional.of(calls.statx(directory.number(), RawName.bytes(name), At.SYMLINK_NOFOLLOW));
        } catch (SyscallException absent) {
            if (absent.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw absent;
        }
    }

    /** Describes a directory: one that was implied is so no more. */
    void described(String path, Timestamp modified) {
        implied.remove(path);
        times.put(path, modified);
    }

    /** Lets nothing of the lower layers show through a directory of this layer. */
    void makeOpaque(String path) {
        aliases.forget();
        try (Fd directory = openOwn(path)) {
            writer.opaque(directory.number());
        }
        if (!opaque.add(path)) {
            throw new RootfsException.BadLayer("it has more than " + MAX_OPAQUE
                    + " opaque directories, or their names have more than " + MAX_OPAQUE_BYTES + " bytes together");
        }
    }

    void addWhiteout(Directory directory, String name) {
        calls.mknodat(directory.number(), RawName.bytes(name), dev.berth.linux.Mode.CHARACTER, Stat.device(0, 0));
        made(directory, name);
        if (!whiteouts.add(directory.child(name))) {
            dependsOnLower();
            whiteouts.clear();
        }
    }

    /** Takes away what this layer has at a name. @return what it was */
    Optional<Stat> clear(Directory directory, String name) {
        Optional<Stat> before = stat(directory, name);
        if (before.isEmpty()) {
            return before;
        }
        String path = directory.child(name);
        if (before.get().isDirectory()) {
            byte[] aside = Syscalls.bytes("replaced-" + stashed++);
            calls.renameat2(directory.number(), RawName.bytes(name), stash.number(), aside, Rename.NOREPLACE);
            implied.forget(path);
            opaque.forget(path);
            whiteouts.forget(path);
            times.forget(path);
        } else {
            calls.unlinkat(directory.number(), RawName.bytes(name), 0);
            whiteouts.remove(path);
        }
        dropCache(directory);
        return before;
    }

    /** The result differs from what other lower layers would have made of it. */
    void dependsOnLower() {
        dependent = true;
    }

    boolean isDependent() {
        return dependent || !implied.isEmpty();
    }

    Set<String> whiteouts() {
        return whiteouts.all();
    }

    /** Whether nothing of the lower layers is left. */
    boolean hidesAll() {
        return opaque.contains("");
    }

    /** Whether the archive described the root itself. */
    boolean describesRoot() {
        return times.knows("");
    }

    boolean isOpaque(String path) {
        return opaque.contains(path);
    }

    /** Sets the times of all directories, when nothing will be made in them any more. */
    void finish() {
        times.setAll();
    }

    Fd openOwn(String path) {
        return Beneath.open(calls, root.number(), path, Open.RDONLY | Open.DIRECTORY)
                .orElseThrow(() -> new SyscallException("openat2", RawName.shown(path), Errno.ENOENT));
    }

    /** A handle of what this layer itself has there. */
    Optional<Fd> handle(String path) {
        return Beneath.handle(calls, root.number(), path);
    }

    int stash() {
        return stash.number();
    }

    @Override
    public void close() {
        cache.values().forEach(directory -> directory.fd().close());
        cache.clear();
        root.close();
        stash.close();
    }

    private Directory open(String path) {
        return new Directory(
                path,
                Beneath.open(calls, root.number(), path, Open.PATH | Open.DIRECTORY)
                        .orElseThrow(() -> new SyscallException("openat2", RawName.shown(path), Errno.ENOENT)));
    }

    /** What a name leads to may have changed: forget all but the directory in use. */
    private void dropCache(Directory inUse) {
        aliases.forget();
        cache.values().removeIf(directory -> {
            if (directory != inUse) {
                directory.fd().close();
            }
            return directory != inUse;
        });
    }

    /** Directories that somebody may have in hand. */
    Set<String> inUse() {
        return Set.copyOf(cache.keySet());
    }

    /**
     * Makes a directory that the archive has no entry for, at least not yet.
     *
     * @param below a lower layer has it, and it shows through
     * @param hidden this layer deleted what the lower layers have there
     */
    Place imply(Place parent, String name, boolean below, boolean hidden) {
        String path = parent.child(name);
        times.remember(parent.path());
        try (Fd above = openOwn(parent.path())) {
            if (hidden) {
                calls.unlinkat(above.number(), RawName.bytes(name), 0);
                whiteouts.remove(path);
            }
            calls.mkdirat(above.number(), RawName.bytes(name), 0700);
        }
        try (Fd made = openOwn(path);
                Fd lowerOne = below ? lower.open(path).orElse(null) : null) {
            Attributes attributes = lowerOne == null ? Attributes.IMPLIED_DIRECTORY : Attributes.of(calls, lowerOne);
            writer.toDirectory(made.number(), attributes, RawName.shown(path));
            times.put(path, attributes.modified());
        }
        if (!implied.add(path)) {
            dependsOnLower();
            implied.clear();
        }
        if (hidden) {
            makeOpaque(path);
        }
        return new Place(path, true, below);
    }
}
