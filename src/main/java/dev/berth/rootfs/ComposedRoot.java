package dev.berth.rootfs;

import dev.berth.linux.Fd;

/**
 * A container's root with its volumes and binds mounted on it, attached to nothing: it is gone when it is closed.
 *
 * @param tree the whole
 * @param spare the same overlay alone: overlayfs wants its upper directory for itself, so a container that starts meanwhile takes this one
 */
public record ComposedRoot(Fd tree, Fd spare) implements AutoCloseable {
    @Override
    public void close() {
        tree.close();
        spare.close();
    }
}
