package dev.berth.container;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.store.DurableFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The records of volumes on the disk. Most volumes have none: {@link VolumeRecord}. */
final class VolumeRecords {
    private static final System.Logger LOG = System.getLogger(VolumeRecords.class.getName());
    private static final String SUFFIX = ".json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ContainerPaths paths;

    VolumeRecords(ContainerPaths paths) {
        this.paths = paths;
    }

    /** Replaces what was written down of the name, of an earlier volume for example. */
    void write(String name, Map<String, String> labels, boolean named) throws IOException {
        if (labels.isEmpty() && !named) {
            delete(name);
            return;
        }
        Files.createDirectories(paths.volumeRecords());
        VolumeRecord record = new VolumeRecord(VolumeRecord.VERSION, labels, named);
        DurableFile.write(paths.volumeRecord(name), JSON.writeValueAsBytes(record));
    }

    void delete(String name) throws IOException {
        Files.deleteIfExists(paths.volumeRecord(name));
    }

    /** What a service that was killed left: drafts, and records of volumes that are not there. */
    List<Path> leftovers() {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(paths.volumeRecords())) {
            for (Path file : files) {
                if (!belongsToVolume(file.getFileName().toString())) {
                    found.add(file);
                }
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot list " + paths.volumeRecords() + ": " + e.getMessage(), e);
        }
        return found;
    }

    private boolean belongsToVolume(String file) {
        return file.endsWith(SUFFIX)
                && Files.isDirectory(paths.volume(file.substring(0, file.length() - SUFFIX.length())));
    }

    Map<String, String> labels(String name) {
        return read(name).map(VolumeRecord::labels).orElse(Map.of());
    }

    /** Whether somebody has given it its name, as far as can be read: what cannot is no reason to take it for anybody's. */
    boolean isNamed(String name) {
        return read(name).map(VolumeRecord::named).orElseGet(() -> Files.exists(paths.volumeRecord(name)));
    }

    /** One that cannot be read is told in the log and left alone. */
    private Optional<VolumeRecord> read(String name) {
        try {
            VolumeRecord record = JSON.readValue(Files.readAllBytes(paths.volumeRecord(name)), VolumeRecord.class);
            if (record.version() <= VolumeRecord.VERSION) {
                return Optional.of(record);
            }
            LOG.log(System.Logger.Level.WARNING, "a newer Berth labelled volume {0}: its labels are left alone", name);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException | ContainerException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot read {0}: {1}", paths.volumeRecord(name), e.getMessage());
        }
        return Optional.empty();
    }
}
