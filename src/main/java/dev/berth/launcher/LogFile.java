package dev.berth.launcher;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** One file of a log: a header with the logical offset of its first record, then records. docs/handshake.md has both. */
final class LogFile implements AutoCloseable {
    private static final int HEADER = 24;
    private static final long MAGIC = 0x42455254484c4f47L; // "BERTHLOG"
    private static final int VERSION = 1;

    private final FileChannel channel;
    private final long base;

    private LogFile(FileChannel channel, long base) {
        this.channel = channel;
        this.base = base;
    }

    /** Opens a file; empty when it is not there, or its header is not written yet. */
    static Optional<LogFile> open(Path path) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        while (header.hasRemaining() && channel.read(header, header.position()) > 0) {
            continue;
        }
        if (header.hasRemaining()) {
            channel.close();
            return Optional.empty();
        }
        header.flip();
        long magic = header.getLong();
        int version = header.getInt();
        header.getInt();
        if (magic != MAGIC || version != VERSION) {
            channel.close();
            throw new IOException("%s is not a log of version %d".formatted(path, VERSION));
        }
        return Optional.of(new LogFile(channel, header.getLong()));
    }

    /** The files of a container's log, oldest first. In the middle of a rotation one number is nobody's. The caller closes them. */
    static List<LogFile> all(Path directory) throws IOException {
        List<LogFile> files = new ArrayList<>();
        open(directory.resolve("log")).ifPresent(files::add);
        for (int i = 1, missing = 0; missing < 2; i++) {
            Optional<LogFile> rotated = open(directory.resolve("log." + i));
            missing = rotated.isPresent() ? 0 : missing + 1;
            rotated.ifPresent(files::add);
        }
        files.sort(Comparator.comparingLong(LogFile::base));
        return files;
    }

    /** The logical offset of the first record. */
    long base() {
        return base;
    }

    /** The logical offset behind the last byte. */
    long end() throws IOException {
        return base + Math.max(0, channel.size() - HEADER);
    }

    /**
     * Reads at a logical offset, up to the size of the buffer.
     *
     * @return false when there is not so much
     */
    boolean read(long offset, ByteBuffer into) throws IOException {
        long at = offset - base + HEADER;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read <= 0) {
                return false;
            }
            at += read;
        }
        into.flip();
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
