package dev.berth.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Flock;
import dev.berth.linux.Open;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The data directory, held by this process alone: it is locked as long as this is open, and an OCI image layout from the first
 * moment. A second process gets {@link StoreException.Locked} with the holder's pid.
 */
public final class DataDirectory implements AutoCloseable {
    private static final String LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}";
    private static final String EMPTY_INDEX = """
            {
              "schemaVersion" : 2,
              "mediaType" : "application/vnd.oci.image.index.v1+json",
              "manifests" : [ ]
            }
            """;

    private final StorePaths paths;
    private final Fd lock;
    private final Trash trash;
    private final ContentStore blobs;
    private final References references;

    private DataDirectory(StorePaths paths, Fd lock) throws IOException {
        this.paths = paths;
        this.lock = lock;
        this.trash = new Trash(paths.trash());
        this.blobs = new ContentStore(paths, trash);
        this.references = new References(blobs);
    }

    /** Makes what is missing, and locks it. */
    public static DataDirectory open(Path root, Syscalls calls) {
        StorePaths paths = new StorePaths(root);
        Fd lock = null;
        try {
            Files.createDirectories(
                    paths.root(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            lock = lock(paths, calls);
            layOut(paths);
            return new DataDirectory(paths, lock);
        } catch (IOException failure) {
            close(lock);
            throw StoreException.of("use data directory " + root, failure);
        } catch (SyscallException failure) {
            close(lock);
            throw StoreException.of("use data directory " + root, new IOException(failure.getMessage(), failure));
        } catch (RuntimeException failure) {
            close(lock);
            throw failure;
        }
    }

    public Path root() {
        return paths.root();
    }

    public StorePaths paths() {
        return paths;
    }

    public ContentStore blobs() {
        return blobs;
    }

    public References references() {
        return references;
    }

    public Trash trash() {
        return trash;
    }

    public GarbageCollector collector() {
        return new GarbageCollector(blobs, references);
    }

    /** Lets another process have the directory. A second call does nothing. */
    @Override
    public void close() {
        trash.close();
        lock.close();
    }

    private static Fd lock(StorePaths paths, Syscalls calls) throws IOException {
        Fd fd = new Fd(
                calls,
                calls.openat(
                        At.FDCWD,
                        Syscalls.bytes(paths.lock()),
                        Open.RDWR | Open.CREAT | Open.CLOEXEC | Open.NOFOLLOW,
                        0600));
        try {
            // flock, not fcntl: it belongs to this open file, which no child inherits, and survives other opens of the
            // file.
            if (!calls.flock(fd.number(), Flock.EXCLUSIVE | Flock.NONBLOCK)) {
                throw new StoreException.Locked(paths.root(), holder(paths.lock()));
            }
            calls.ftruncate(fd.number(), 0);
            calls.writeFully(
                    fd.number(),
                    ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return fd;
        } catch (RuntimeException | IOException failure) {
            fd.close();
            throw failure;
        }
    }

    private static String holder(Path lock) throws IOException {
        String pid = Files.readString(lock, StandardCharsets.ISO_8859_1).strip();
        return pid.matches("[0-9]{1,10}") ? "another Berth (pid " + pid + ")" : "another Berth";
    }

    private static void layOut(StorePaths paths) throws IOException {
        for (Path directory : new Path[] {paths.blobs("sha256"), paths.partials(), paths.temporary(), paths.trash()}) {
            Files.createDirectories(directory);
        }
        if (!Files.exists(paths.index())) {
            DurableFile.write(paths.index(), EMPTY_INDEX.getBytes(StandardCharsets.UTF_8));
        }
        if (!Files.exists(paths.layoutMarker())) {
            DurableFile.write(paths.layoutMarker(), LAYOUT.getBytes(StandardCharsets.UTF_8));
        }
        JsonNode marker = new ObjectMapper().readTree(Files.readAllBytes(paths.layoutMarker()));
        if (!marker.path("imageLayoutVersion").asText("").startsWith("1.")) {
            throw new StoreException.UnknownLayout(paths.layoutMarker(), "it names no layout version that Berth knows");
        }
    }

    private static void close(Fd lock) {
        if (lock != null) {
            lock.close();
        }
    }
}
