package dev.berth.container;

import dev.berth.store.Trash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Named volumes: directories that outlive containers. Safe for many threads. */
public final class Volumes {
    private static final Pattern ANONYMOUS = Pattern.compile("[0-9a-f]{32}");

    private static final int MOST_LABELS = 10_000;

    private final ContainerPaths paths;
    private final VolumeRecords records;
    private final Trash trash;
    private final Events events;
    private final Function<String, List<String>> users;

    /** @param users the ids of the containers that name a volume */
    Volumes(ContainerPaths paths, Trash trash, Events events, Function<String, List<String>> users) {
        this.paths = paths;
        this.records = new VolumeRecords(paths);
        this.trash = trash;
        this.events = events;
        this.users = users;
    }

    /** A volume as the API shows it. */
    public record View(
            String name, Instant created, Map<String, String> labels, List<String> usedBy, boolean anonymous) {}

    /** What {@link #create} came to. */
    public record Created(View volume, boolean isNew) {}

    public List<View> list() {
        List<View> all = new ArrayList<>();
        try {
            Files.createDirectories(paths.volumes());
            try (DirectoryStream<Path> volumes = Files.newDirectoryStream(paths.volumes())) {
                for (Path volume : volumes) {
                    all.add(view(volume));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + paths.volumes(), e);
        }
        all.sort(Comparator.comparing(View::name));
        return all;
    }

    public View inspect(String name) {
        Path volume = existing(name);
        try {
            return view(volume);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at volume " + name, e);
        }
    }

    /**
     * Makes a volume; one of that name that is there already is left alone.
     *
     * @param name null = a random one
     * @param labels null = none
     */
    public Created create(String name, Map<String, String> labels) {
        String wanted = name == null ? randomName() : name;
        Map<String, String> checked = Checks.map("labels", labels, false);
        Checks.few("labels", checked.keySet(), MOST_LABELS);
        boolean isNew = ensure(wanted, checked, name != null);
        return new Created(inspect(wanted), isNew);
    }

    /** Makes the directory when it is missing. @param named somebody has given it its name @return whether it is new */
    boolean ensure(String name, boolean named) {
        return ensure(name, Map.of(), named);
    }

    private boolean ensure(String name, Map<String, String> labels, boolean named) {
        VolumeName.check("name", name);
        try {
            if (!make(name, labels, named && looksRandom(name))) {
                return false;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make volume " + name, e);
        }
        events.publish("volume.created", name, name, Map.of());
        return true;
    }

    /** The record comes first: a crash leaves none of the volume, and the next one of that name has its own. */
    private synchronized boolean make(String name, Map<String, String> labels, boolean named) throws IOException {
        if (Files.exists(paths.volume(name))) {
            return false;
        }
        records.write(name, labels, named);
        Files.createDirectories(paths.volume(name));
        return true;
    }

    /** @return false when there was none */
    private synchronized boolean discard(String name) {
        if (!trash.discard(paths.volume(name))) {
            return false;
        }
        try {
            records.delete(name);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the record of volume " + name, e);
        }
        return true;
    }

    /** @throws ContainerException.Conflict while a container names it */
    public void remove(String name) {
        existing(name);
        List<String> containers = users.apply(name);
        if (!containers.isEmpty()) {
            throw new ContainerException.Conflict(
                    "volume-in-use",
                    "cannot remove volume " + name + ": container "
                            + containers.get(0).substring(0, 12) + " uses it; remove that first");
        }
        discard(name);
        events.publish("volume.removed", name, name, Map.of());
    }

    /** Those that were made for a container and named by nobody, and that no other container uses. */
    List<String> anonymous(Container container) {
        List<String> own = container.record().ownVolumes();
        return container.record().config().mounts().stream()
                .filter(mount -> mount.type().equals("volume"))
                .map(MountRequest::source)
                .filter(name -> own == null ? isAnonymous(name) : own.contains(name))
                .filter(name -> users.apply(name).stream().allMatch(container.id()::equals))
                .toList();
    }

    /** Removes one while the container that it goes with is still there. A second call does nothing. */
    void removeWith(Container container, String name) {
        if (discard(name)) {
            events.publish("volume.removed", name, name, Map.of("container", container.id()));
        }
    }

    private boolean isAnonymous(String name) {
        return looksRandom(name) && !records.isNamed(name);
    }

    private static boolean looksRandom(String name) {
        return ANONYMOUS.matcher(name).matches();
    }

    static String randomName() {
        return ContainerId.random().value().substring(0, 32);
    }

    private Path existing(String name) {
        if (!VolumeName.isOne(name) || !Files.isDirectory(paths.volume(name))) {
            throw new ContainerException.NotFound("there is no volume " + name);
        }
        return paths.volume(name);
    }

    /** The birth of the directory; where the file system or this Java keeps none, its last change. */
    private static Instant created(Path volume) throws IOException {
        return Files.readAttributes(volume, BasicFileAttributes.class)
                .creationTime()
                .toInstant();
    }

    private View view(Path volume) throws IOException {
        String name = volume.getFileName().toString();
        return new View(name, created(volume), records.labels(name), users.apply(name), isAnonymous(name));
    }
}
