package dev.berth.rootfs;

import dev.berth.linux.Errno;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.oci.ChainId;
import dev.berth.oci.Descriptor;
import dev.berth.oci.DiffId;
import dev.berth.rootfs.tar.TarException;
import dev.berth.rootfs.tar.TarReader;
import dev.berth.store.DataDirectory;
import dev.berth.store.StoreException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Unpacks one blob into one layer directory: in a temporary one, which gets its name when the archive was read to its end and its
 * diff id is right. When anything fails, nothing is left.
 */
final class Unpacking {
    private final DataDirectory data;
    private final Syscalls calls;
    private final Overlay overlay;
    private final LayerPaths paths;
    private final Owners owners;
    private final ExtractionLimits limits;
    private final String boot;

    Unpacking(
            DataDirectory data,
            Syscalls calls,
            Overlay overlay,
            LayerPaths paths,
            Owners owners,
            ExtractionLimits limits,
            String boot) {
        this.data = data;
        this.calls = calls;
        this.overlay = overlay;
        this.paths = paths;
        this.owners = owners;
        this.limits = limits;
        this.boot = boot;
    }

    /**
     * @param below trees of the layers below, from the uppermost down
     * @return the name of the layer directory that has the tree
     */
    String run(Descriptor layer, DiffId diffId, ChainId chain, List<Path> below, LayerProgress progress)
            throws InterruptedException {
        Path temporary = data.paths().temporary().resolve("layer-" + UUID.randomUUID());
        try {
            Files.createDirectories(temporary.resolve("fs"));
            Files.createDirectories(temporary.resolve("stash"));
            Unpacked unpacked = extract(layer, diffId, below, temporary, progress);
            String name = unpacked.dependent() ? LayerPaths.name(chain) : LayerPaths.name(diffId);
            publish(temporary, name, unpacked.record());
            progress.unpacked(layer, layer.size(), layer.size());
            return name;
        } catch (InterruptedIOException cancelled) {
            throw new InterruptedException("unpacking was cancelled");
        } catch (TarException bad) {
            throw new RootfsException.BadLayer(sentence(layer, bad.getMessage()));
        } catch (RootfsException.BadLayer bad) {
            throw new RootfsException.BadLayer(sentence(layer, bad.getMessage()));
        } catch (RootfsException.CannotUnpack cannot) {
            throw new RootfsException.CannotUnpack(sentence(layer, cannot.getMessage()), cannot);
        } catch (IOException | SyscallException failure) {
            throw new RootfsException.CannotUnpack(sentence(layer, reason(failure)), failure);
        } finally {
            data.trash().discard(temporary);
        }
    }

    /** @param dependent the tree fits only the layers below it */
    private record Unpacked(LayerRecord record, boolean dependent) {}

    private Unpacked extract(Descriptor layer, DiffId diffId, List<Path> below, Path temporary, LayerProgress progress)
            throws IOException {
        AttributeWriter writer = new AttributeWriter(calls, owners);
        ExtractionLimits limit = limits.of(layer.size());
        try (LowerView lower = new LowerView(calls, overlay, below);
                LayerTree tree =
                        new LayerTree(calls, writer, lower, temporary.resolve("fs"), temporary.resolve("stash"));
                UnpackedStream stream = new UnpackedStream(
                        data.blobs().read(layer.digest()),
                        diffId,
                        limit.bytes(),
                        bytes -> progress.unpacked(layer, bytes, layer.size()))) {
            Extractor.Result result = new Extractor(calls, tree, writer, lower, limit).extract(new TarReader(stream));
            DiffId received = stream.diffId(diffId);
            if (!received.equals(diffId)) {
                throw new TarException("its content has the diff id " + received
                        + ", but the image's configuration says " + diffId + "; the image is damaged or forged");
            }
            return new Unpacked(record(diffId, tree, result), tree.isDependent());
        }
    }

    private LayerRecord record(DiffId diffId, LayerTree tree, Extractor.Result result) {
        Set<String> parents = new TreeSet<>();
        tree.whiteouts()
                .forEach(path -> parents.add(path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : ""));
        return new LayerRecord(
                LayerRecord.VERSION,
                diffId.toString(),
                boot,
                false,
                result.bytes(),
                result.entries(),
                result.devices(),
                tree.describesRoot(),
                tree.hidesAll(),
                tree.isDependent() ? List.of() : List.copyOf(parents),
                null);
    }

    private void publish(Path temporary, String name, LayerRecord record) throws IOException {
        data.trash().discard(temporary.resolve("stash"));
        boolean there = LayerRecord.read(paths.record(name))
                .filter(other -> other.sharedWith() == null)
                .isPresent();
        if (there) {
            // The same tree, and perhaps somebody stands on it.
            return;
        }
        Files.write(temporary.resolve("layer.json"), record.json());
        // A note for this chain may lie there, of a shared tree that is gone.
        data.trash().discard(paths.layer(name));
        Files.move(temporary, paths.layer(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static String sentence(Descriptor layer, String reason) {
        return "cannot unpack layer " + layer.digest().abbreviated() + ": " + reason;
    }

    private static String reason(Exception failure) {
        boolean full = failure instanceof SyscallException call && (call.is(Errno.ENOSPC) || call.is(Errno.EDQUOT))
                || String.valueOf(failure.getMessage()).contains("No space left on device");
        return full ? StoreException.NO_SPACE : failure.getMessage();
    }
}
