package dev.berth.container;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.store.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Map;

/** The records of volumes on the disk. A volume without labels has none. */
final class VolumeRecords {
    private static final System.Logger LOG = System.getLogger(VolumeRecords.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ContainerPaths paths;

    VolumeRecords(ContainerPaths paths) {
        this.paths = paths;
    }

    /** Replaces what was written down of the name, of an earlier volume for example. */
    void write(String name, Map<String, String> labels) throws IOException {
        if (labels.isEmpty()) {
            delete(name);
            return;
        }
        Files.createDirectories(paths.volumeRecords());
        VolumeRecord record = new VolumeRecord(VolumeRecord.VERSION, labels);
        DurableFile.write(paths.volumeRecord(name), JSON.writeValueAsBytes(record));
    }

    void delete(String name) throws IOException {
        Files.deleteIfExists(paths.volumeRecord(name));
    }

    /** One that cannot be read is told in the log and left alone. */
    Map<String, String> labels(String name) {
        try {
            VolumeRecord record = JSON.readValue(Files.readAllBytes(paths.volumeRecord(name)), VolumeRecord.class);
            if (record.version() <= VolumeRecord.VERSION) {
                return record.labels();
            }
            LOG.log(System.Logger.Level.WARNING, "a newer Berth labelled volume {0}: its labels are left alone", name);
        } catch (NoSuchFileException none) {
            return Map.of();
        } catch (IOException | ContainerException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot read {0}: {1}", paths.volumeRecord(name), e.getMessage());
        }
        return Map.of();
    }
}
