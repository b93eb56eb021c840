package dev.berth.container;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.output.DeferredFileOutputStream;

/**
 * What a program wrote to one of its streams, the first 16 MiB of it: in a file, unless it is short, since the heap of a service has no room
 * for it. Not thread-safe.
 */
final class ExecOutput implements Closeable {
    private static final int MOST = 16 << 20;
    private static final int SHORT = 64 << 10;

    private final DeferredFileOutputStream bytes;
    private boolean truncated;

    /** @param directory of temporary files, which the next start sweeps */
    ExecOutput(Path directory) {
        bytes = DeferredFileOutputStream.builder()
                .setThreshold(SHORT)
                .setDirectory(directory)
                .setPrefix("exec")
                .setSuffix(".output")
                .get();
    }

    void add(byte[] more) {
        int room = (int) Math.min(MOST - bytes.getByteCount(), more.length);
        truncated |= room < more.length;
        try {
            bytes.write(more, 0, room);
        } catch (IOException e) {
            throw new ContainerException.Failed("cannot keep what the program writes: " + e.getMessage(), e);
        }
    }

    boolean truncated() {
        return truncated;
    }

    /** All of it, read as UTF-8. Nothing can be added any more. */
    Reader text() {
        try {
            bytes.close();
            return new InputStreamReader(bytes.toInputStream(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            bytes.close();
            if (!bytes.isInMemory()) {
                Files.deleteIfExists(bytes.getPath());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
