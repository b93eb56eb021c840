package dev.berth.container;

import dev.berth.linux.Fd;
import dev.berth.rootfs.VolumeSeed;
import dev.berth.store.Trash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/** Volumes: directories of Berth's own that outlive containers. */
final class Volumes {
    private final ContainerTree tree;
    private final Trash trash;
    private final VolumeSeed seed;
    private final SecureRandom random = new SecureRandom();

    Volumes(ContainerTree tree, Trash trash, VolumeSeed seed) {
        this.tree = tree;
        this.trash = trash;
        this.seed = seed;
    }

    String newName() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Makes the volumes that a container wants and that are not there, each filled with what the image has at its place.
     *
     * @param root mounts the container's root; asked only when there is something to fill
     * @return the names of those that were made
     */
    List<String> make(List<MountRequest> mounts, Supplier<Fd> root) {
        List<String> made = new ArrayList<>();
        try {
            List<MountRequest> fresh = new ArrayList<>();
            for (MountRequest mount : mounts) {
                if (mount.type().equals("volume") && create(mount.source())) {
                    made.add(mount.source());
                    fresh.add(mount);
                }
            }
            if (!fresh.isEmpty()) {
                try (Fd mounted = root.get()) {
                    fresh.forEach(mount -> seed.fill(mounted, mount.target(), tree.volume(mount.source())));
                }
            }
            return made;
        } catch (RuntimeException e) {
            made.forEach(this::remove);
            throw e;
        }
    }

    private boolean create(String name) {
        ContainerTree.make(tree.volumes());
        Path volume = tree.volume(name);
        if (Files.isDirectory(volume, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            Files.createDirectory(volume);
            return true;
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot make volume " + name + ": " + e.getMessage(), e);
        }
    }

    /** Its bytes go in the background. A second call does nothing. */
    void remove(String name) {
        trash.discard(tree.volume(name));
    }
}
