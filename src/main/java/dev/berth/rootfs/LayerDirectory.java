package dev.berth.rootfs;

import java.nio.file.Path;

/**
 * One unpacked layer, ready to be mounted.
 *
 * @param name its directory beneath {@code layers}, which stays the same for the same content
 * @param tree the directory for overlayfs
 * @param size bytes of its files
 * @param devices nodes of the archive that were left out
 */
public record LayerDirectory(String name, Path tree, long size, int devices) {}
