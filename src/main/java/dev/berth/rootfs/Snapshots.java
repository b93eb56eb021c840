package dev.berth.rootfs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.linux.At;
import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.store.DataDirectory;
import dev.berth.store.DurableFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The root file systems of containers: {@code containers/<id>/upper} and {@code work} over unpacked layers. Thread-safe. */
public final class Snapshots {
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DataDirectory data;
    private final Syscalls calls;
    private final LayerPaths paths;
    private final Overlay overlay;
    private final AttributeWriter writer;

    /** For this machine. */
    public Snapshots(DataDirectory data, Syscalls calls) {
        this(data, calls, Owners.read(Path.of("/proc/self")));
    }

    public Snapshots(DataDirectory data, Syscalls calls, Owners owners) {
        this.data = data;
        this.calls = calls;
        this.paths = new LayerPaths(data.root());
        this.overlay = new Overlay(calls, paths.anchor());
        this.writer = new AttributeWriter(calls, owners);
    }

    /**
     * Makes the writable directories of a container, and remembers its layers. To be called before each start: a second call keeps what
     * the container wrote.
     *
     * @param layers from the lowest up, as {@link Layers#unpack} gives them
     */
    public void prepare(String container, List<LayerDirectory> layers) {
        try {
            Files.createDirectories(paths.anchor());
            Files.createDirectories(paths.container(container));
            DurableFile.write(paths.stack(container), stack(layers));
            if (!Files.isDirectory(paths.upper(container))) {
                makeUpper(container, layers);
            }
            Files.createDirectories(paths.work(container));
        } catch (IOException failure) {
            throw new RootfsException.CannotMount(
                    "cannot make the root directory of container " + container + ": " + failure.getMessage(), failure);
        } catch (SyscallException failure) {
            throw new RootfsException.CannotMount(
                    "cannot make the root directory of container " + container + ": " + failure.getMessage(), failure);
        }
    }

    /**
     * Mounts a prepared container's root, attached to nothing: it is gone when the last descriptor is closed and the last namespace that
     * it was moved to has ended. To be mounted once at a time: overlayfs wants its upper directory for itself.
     */
    public Fd mount(String container) {
        List<Path> trees = new ArrayList<>(layersOf(container)
                .orElseThrow(() -> new RootfsException.CannotMount(
                        "cannot mount the root of container " + container
                                + ": it has no layers; remove it and create it again",
                        null))
                .stream()
                .map(paths::tree)
                .toList());
        Collections.reverse(trees);
        try {
            return overlay.mount(
                    trees, Optional.of(new Overlay.Writable(paths.upper(container), paths.work(container))));
        } catch (SyscallException failure) {
            throw new RootfsException.CannotMount(
                    "cannot mount the root of container " + container + ": " + explained(failure), failure);
        }
    }

    /**
     * As {@link #mount}, with other things mounted on it.
     *
     * @param readOnly the root itself; of the mounts each says so
     */
    public ComposedRoot compose(String container, List<RootMount> mounts, boolean readOnly) {
        try {
            return overlay.compose(mount(container), mounts, readOnly);
        } catch (SyscallException failure) {
            throw new RootfsException.CannotMount(
                    "cannot mount the root of container " + container + ": " + explained(failure), failure);
        }
    }

    /** Removes the writable directories; the bytes go in the background. A second call does nothing. */
    public void remove(String container) {
        data.trash().discard(paths.stack(container));
        data.trash().discard(paths.upper(container));
        data.trash().discard(paths.work(container));
    }

    /** Names of the layers that containers stand on: they must stay. */
    public Set<String> usedLayers() {
        Set<String> used = new HashSet<>();
        try (DirectoryStream<Path> containers = Files.newDirectoryStream(paths.containers())) {
            for (Path container : containers) {
                layersOf(container.getFileName().toString()).ifPresent(used::addAll);
            }
        } catch (NoSuchFileException none) {
            return used;
        } catch (IOException failure) {
            throw new RootfsException.CannotMount("cannot list " + paths.containers() + ": " + failure, failure);
        }
        return used;
    }

    private void makeUpper(String container, List<LayerDirectory> layers) throws IOException {
        Path temporary = data.paths().temporary().resolve("upper-" + container);
        data.trash().discard(temporary);
        Files.createDirectory(temporary);
        try (Fd upper = openDirectory(temporary)) {
            writer.toFile(upper.number(), rootAttributes(layers), "/");
        }
        Files.move(temporary, paths.upper(container));
    }

    /** Of the uppermost layer that describes the root; overlayfs shows those of the upper directory, and no layer's. */
    private Attributes rootAttributes(List<LayerDirectory> layers) {
        for (int i = layers.size() - 1; i >= 0; i--) {
            LayerDirectory layer = layers.get(i);
            if (LayerRecord.read(paths.record(layer.name()))
                    .filter(LayerRecord::describesRoot)
                    .isPresent()) {
                try (Fd tree = openDirectory(layer.tree())) {
                    return Attributes.of(calls, tree);
                }
            }
        }
        return Attributes.IMPLIED_DIRECTORY;
    }

    private Optional<List<String>> layersOf(String container) {
        try {
            JsonNode stack = JSON.readTree(Files.readAllBytes(paths.stack(container)));
            List<String> names = new ArrayList<>();
            stack.path("layers").forEach(name -> names.add(name.asText()));
            return stack.path("version").asInt() == VERSION && !names.isEmpty() ? Optional.of(names) : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static byte[] stack(List<LayerDirectory> layers) throws IOException {
        ObjectNode stack = JSON.createObjectNode().put("version", VERSION);
        ArrayNode names = stack.putArray("layers");
        layers.forEach(layer -> names.add(layer.name()));
        return JSON.writeValueAsBytes(stack);
    }

    private Fd openDirectory(Path path) {
        return new Fd(
                calls, calls.openat(At.FDCWD, Syscalls.bytes(path), Open.RDONLY | Open.DIRECTORY | Open.CLOEXEC, 0));
    }

    private static String explained(SyscallException failure) {
        if (failure.is(Errno.ENODEV)) {
            return "this kernel has no overlay file system; load it with: modprobe overlay";
        }
        if (failure.is(Errno.EPERM)) {
            return "this kernel lets no user mount overlays; Linux 5.12 or newer is needed";
        }
        if (failure.is(Errno.EBUSY)) {
            return "it is mounted already";
        }
        return failure.getMessage();
    }
}
