package dev.berth.rootfs;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code layer.json} beside an unpacked tree: that it is complete, and what it is worth after a power cut.
 *
 * @param version of this record; another one counts as no record
 * @param diffId of the layer
 * @param boot the kernel's boot id when it was unpacked
 * @param synced the tree reached the disk, so that it is good after any stop
 * @param size bytes of the files
 * @param entries of the archive
 * @param devices that were left out
 * @param describesRoot the archive has an entry for the root directory
 * @param hidesAll nothing of the layers below shows
 * @param whiteoutParents directories that must exist below, else deleted names would be listed there (RawName)
 * @param sharedWith name of the layer directory that has the tree, when this is only a note that it fits this chain
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record LayerRecord(
        int version,
        String diffId,
        String boot,
        boolean synced,
        long size,
        long entries,
        int devices,
        boolean describesRoot,
        boolean hidesAll,
        List<String> whiteoutParents,
        String sharedWith) {
    static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Empty when there is none that this version can trust. */
    static Optional<LayerRecord> read(Path file) {
        try {
            LayerRecord record = JSON.readValue(Files.readAllBytes(file), LayerRecord.class);
            return Optional.ofNullable(record)
                    .filter(r -> r.version == VERSION && r.whiteoutParents != null && r.boot != null);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException broken) {
            return Optional.empty();
        }
    }

    byte[] json() throws IOException {
        return JSON.writeValueAsBytes(this);
    }

    LayerRecord nowSynced() {
        return new LayerRecord(
                version,
                diffId,
                boot,
                true,
                size,
                entries,
                devices,
                describesRoot,
                hidesAll,
                whiteoutParents,
                sharedWith);
    }

    /** A note that the tree of {@code name} fits another chain as well. */
    LayerRecord note(String name) {
        return new LayerRecord(
                version, diffId, boot, true, size, entries, devices, describesRoot, hidesAll, List.of(), name);
    }
}
