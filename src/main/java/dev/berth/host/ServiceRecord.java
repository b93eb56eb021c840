package dev.berth.host;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.berth.linux.ProcStat;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code service.json} in the runtime directory: how a client finds the service. Written when the service is ready, removed when
 * it ends; one that a killed service left behind is known by the start time of its pid.
 *
 * @param pid the service's pid
 * @param startTime field 22 of /proc/pid/stat: clock ticks since boot
 * @param url such as {@code http://127.0.0.1:7070}
 * @param tokenFile null when the token came from BERTH_TOKEN
 * @param dataDir the data directory that it holds
 * @param version Berth's version
 */
public record ServiceRecord(long pid, long startTime, URI url, Path tokenFile, Path dataDir, String version) {
    private static final int RECORD_VERSION = 1;
    private static final JsonFactory JSON = new JsonFactory();

    /** The record of the process that calls. */
    public static ServiceRecord ofThisProcess(URI url, Path tokenFile, Path dataDir) {
        long pid = ProcessHandle.current().pid();
        return new ServiceRecord(pid, startTime(pid).orElseThrow(), url, tokenFile, dataDir, Version.current());
    }

    /** Replaces the file whole; a second call replaces it again. */
    public void write(Path file) {
        try {
            Path draft = Files.createTempFile(
                    file.getParent(),
                    ".service",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (OutputStream out = Files.newOutputStream(draft);
                    JsonGenerator json = JSON.createGenerator(out)) {
                json.writeStartObject();
                json.writeNumberField("recordVersion", RECORD_VERSION);
                json.writeNumberField("pid", pid);
                json.writeNumberField("startTime", startTime);
                json.writeStringField("url", url.toString());
                json.writeStringField("tokenFile", tokenFile == null ? null : tokenFile.toString());
                json.writeStringField("dataDir", dataDir.toString());
                json.writeStringField("version", version);
                json.writeEndObject();
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new HostException("cannot write " + file + ": its file system cannot rename", e);
        } catch (IOException e) {
            throw new HostException("cannot write " + file + ": " + PrivateDirectory.reason(e), e);
        }
    }

    /** The record in the file, whether its service lives or not; empty when there is none or it cannot be understood. */
    public static Optional<ServiceRecord> read(Path file) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(Files.readAllBytes(file))) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME) {
                    String name = json.currentName();
                    if (json.nextToken().isScalarValue() && json.currentToken() != JsonToken.VALUE_NULL) {
                        fields.put(name, json.getText());
                    }
                }
            }
            String token = fields.get("tokenFile");
            return Optional.of(new ServiceRecord(
                    Long.parseLong(fields.get("pid")),
                    Long.parseLong(fields.get("startTime")),
                    URI.create(fields.get("url")),
                    token == null ? null : Path.of(token),
                    Path.of(fields.get("dataDir")),
                    fields.get("version")));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // half a record is no service: the caller starts one, which writes a new record
        }
    }

    /** The record of a service that is alive now. */
    public static Optional<ServiceRecord> running(Path file) {
        return read(file).filter(ServiceRecord::isAlive);
    }

    public boolean isAlive() {
        return startTime(pid).filter(t -> t == startTime).isPresent();
    }

    /** Empty when there is no such process, or only its zombie. */
    private static Optional<Long> startTime(long pid) {
        return ProcStat.read(Path.of("/proc"), (int) pid)
                .filter(stat -> !stat.isZombie())
                .map(ProcStat::startTime);
    }

    /** Removes the file when it still speaks of this process; a newer service's record stays. */
    public void remove(Path file) {
        try {
            if (read(file).filter(r -> r.pid == pid && r.startTime == startTime).isPresent()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new HostException("cannot remove " + file + ": " + PrivateDirectory.reason(e), e);
        }
    }
}
