package dev.berth.container;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.berth.store.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads and writes {@code container.json}. Writing replaces it whole, and returns when it is on the disk. */
final class ContainerRecords {
    private static final ObjectMapper JSON = new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private final ContainerTree tree;

    ContainerRecords(ContainerTree tree) {
        this.tree = tree;
    }

    void write(ContainerRecord record) {
        try {
            DurableFile.write(tree.record(record.id()), JSON.writeValueAsBytes(record));
        } catch (IOException e) {
            throw new ContainerException.Failed(
                    "cannot write the record of container " + record.name() + ": " + reason(e), e);
        }
    }

    /**
     * The record of a container; empty when it has none yet (its creation was interrupted).
     *
     * @throws ContainerException.Failed when it is damaged or of a newer Berth
     */
    Optional<ContainerRecord> read(ContainerId id) {
        Path file = tree.record(id);
        try {
            byte[] bytes = Files.readAllBytes(file);
            int version = JSON.readTree(bytes).path("version").asInt();
            if (version != ContainerRecord.VERSION) {
                throw new ContainerException.Failed(
                        "cannot use container " + id.brief() + ": its record has version " + version
                                + ", and this Berth knows " + ContainerRecord.VERSION + "; use a newer Berth",
                        null);
            }
            return Optional.of(JSON.readValue(bytes, ContainerRecord.class));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ContainerException.Failed(
                    "cannot use container " + id.brief() + ": its record " + file + " is damaged: " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
