package dev.berth.rootfs;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.Stat;
import dev.berth.linux.Syscalls;
import dev.berth.rootfs.tar.RawName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The layers below the one that is being unpacked, merged by the kernel itself: a read-only overlay, mounted when it is first asked
 * for. Paths are real ones (no symlink in them), as {@link RawName}, without a leading slash; "" is the root.
 */
final class LowerView implements AutoCloseable {
    private final Syscalls calls;
    private final Overlay overlay;
    private final List<Path> layers;
    private Fd root;

    /** @param layers from the uppermost down; may be empty */
    LowerView(Syscalls calls, Overlay overlay, List<Path> layers) {
        this.calls = calls;
        this.overlay = overlay;
        this.layers = List.copyOf(layers);
    }

    /** Opens a path itself (O_PATH), without following anything; empty when there is no such path. */
    Optional<Fd> open(String path) {
        if (layers.isEmpty()) {
            return Optional.empty();
        }
        return Beneath.handle(calls, root(), path);
    }

    Optional<Stat> stat(String path) {
        try (Fd file = open(path).orElse(null)) {
            return file == null ? Optional.empty() : Optional.of(calls.fstat(file.number()));
        }
    }

    String readLink(Fd link) {
        return RawName.of(calls.readlinkat(link.number(), new byte[0]));
    }

    /** The uppermost layer that has something at this path; to be asked for paths that exist in the merged view. */
    Optional<Path> layerOf(String path) {
        for (Path layer : layers) {
            try (Fd tree = openTree(layer);
                    Fd found = Beneath.handle(calls, tree.number(), path).orElse(null)) {
                if (found != null) {
                    return Optional.of(layer);
                }
            }
        }
        return Optional.empty();
    }

    Fd openTree(Path layer) {
        return new Fd(
                calls, calls.openat(At.FDCWD, Syscalls.bytes(layer), Open.RDONLY | Open.DIRECTORY | Open.CLOEXEC, 0));
    }

    @Override
    public void close() {
        if (root != null) {
            root.close();
        }
    }

    private int root() {
        if (root == null) {
            root = layers.size() == 1 ? openTree(layers.get(0)) : overlay.mount(layers, Optional.empty());
        }
        return root.number();
    }
}
