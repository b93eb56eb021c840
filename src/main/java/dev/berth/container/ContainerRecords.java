package dev.berth.container;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.berth.image.ImageUse;
import dev.berth.oci.Digest;
import dev.berth.oci.OciException;
import dev.berth.store.DurableFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The records of all containers on the disk. */
final class ContainerRecords {
    private static final System.Logger LOG = System.getLogger(ContainerRecords.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /** As {@link DurableFile} names what it has not renamed yet. */
    private static final String DRAFTS = ".*.json.*";

    private final ContainerPaths paths;

    ContainerRecords(ContainerPaths paths) {
        this.paths = paths;
    }

    /** Replaces the record whole; after a crash it is the old or the new one. */
    void write(ContainerRecord record) {
        try {
            Files.createDirectories(paths.container(record.id()));
            DurableFile.write(paths.record(record.id()), JSON.writeValueAsBytes(record));
        } catch (IOException e) {
            throw new ContainerException.Failed(
                    "cannot write the record of container " + record.name() + ": " + e.getMessage(), e);
        }
    }

    /** Those that can be read; one that cannot is told in the log and left alone. */
    List<ContainerRecord> all() {
        List<ContainerRecord> records = new ArrayList<>();
        try {
            Files.createDirectories(paths.containers());
            try (DirectoryStream<Path> directories = Files.newDirectoryStream(paths.containers())) {
                for (Path directory : directories) {
                    add(directory.getFileName().toString(), records);
                }
            }
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot list " + paths.containers() + ": " + e.getMessage(), e);
        }
        return records;
    }

    /** Which images containers hold: those of a newer Berth, too, though nothing else of them is understood. */
    List<ImageUse> uses() {
        List<ImageUse> uses = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(paths.containers())) {
            for (Path directory : directories) {
                String id = directory.getFileName().toString();
                if (ContainerId.isId(id)) {
                    use(id).ifPresent(uses::add);
                }
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot list " + paths.containers() + ": " + e.getMessage(), e);
        }
        return uses;
    }

    private Optional<ImageUse> use(String id) {
        try {
            JsonNode manifest =
                    JSON.readTree(Files.readAllBytes(paths.record(id))).path("manifest");
            return Optional.of(new ImageUse(id, Digest.parse(manifest.asText())));
        } catch (IOException | OciException unreadable) {
            return Optional.empty(); // half made, or damaged, which is told when it is looked for
        }
    }

    /** Directories of containers whose making was interrupted. */
    List<Path> halves() {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(paths.containers())) {
            List<Path> halves = new ArrayList<>();
            for (Path directory : directories) {
                String id = directory.getFileName().toString();
                if (ContainerId.isId(id) && !Files.exists(paths.record(id))) {
                    halves.add(directory);
                }
            }
            return halves;
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot list " + paths.containers() + ": " + e.getMessage(), e);
        }
    }

    /** What was being written beside the records when the service was killed. */
    List<Path> drafts() {
        List<Path> drafts = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(paths.containers())) {
            for (Path directory : directories) {
                if (ContainerId.isId(directory.getFileName().toString())) {
                    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, DRAFTS)) {
                        files.forEach(drafts::add);
                    }
                }
            }
            return drafts;
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot list " + paths.containers() + ": " + e.getMessage(), e);
        }
    }

    private void add(String id, List<ContainerRecord> records) {
        if (!ContainerId.isId(id) || !Files.exists(paths.record(id))) {
            return; // half made when the machine stopped: the sweep takes it
        }
        try {
            ContainerRecord record = JSON.readValue(Files.readAllBytes(paths.record(id)), ContainerRecord.class);
            if (record.version() > ContainerRecord.VERSION) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "container {0} was made by a newer Berth (record version {1}): it is left alone",
                        id,
                        record.version());
                return;
            }
            records.add(record);
        } catch (IOException | ContainerException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot read {0}: {1}", paths.record(id), e.getMessage());
        }
    }
}
