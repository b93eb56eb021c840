package dev.berth.launcher;

import dev.berth.linux.TerminalSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads a container's log from some point on, across its rotation, while the monitor writes it. Not for several threads;
 * never blocks: at the end {@link #next} answers empty, and is asked again when the monitor says that there is more.
 */
public final class LogReader implements AutoCloseable {
    /** What no record is larger than; a larger number is a damaged file. */
    private static final int MAX_RECORD = 1 << 20;

    private final Path directory;
    private LogFile file;
    private long offset;
    private TerminalSize size = TerminalSize.DEFAULT;

    private LogReader(Path directory, long offset) {
        this.directory = directory;
        this.offset = offset;
    }

    /** From a logical offset, as {@link LogEntry#end()} tells them; 0 is the beginning. */
    public static LogReader at(Path directory, long offset) {
        return new LogReader(directory, offset);
    }

    /** From the record on with which at most the last {@code bytes} of output are read. */
    public static LogReader tail(Path directory, long bytes) {
        LogTail tail = LogTail.find(directory, bytes);
        LogReader reader = new LogReader(directory, tail.offset());
        reader.size = tail.size();
        return reader;
    }

    /** The logical offset of what {@link #next} will read. */
    public long offset() {
        return offset;
    }

    /** The logical offset of the first record in the file that was read last; 0 when there was none. */
    public long fileStart() {
        return file == null ? 0 : file.base();
    }

    /** The logical offset up to which the monitor has written at this moment; 0 when there is no log. */
    public long end() {
        try {
            List<LogFile> files = LogFile.all(directory);
            long end = 0;
            for (LogFile file : files) {
                end = Math.max(end, file.end());
                file.close();
            }
            return end;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log in " + directory, e);
        }
    }

    /** The size of the terminal at {@link #offset()}, as far as this reader has seen; to replay what was drawn then. */
    public TerminalSize size() {
        return size;
    }

    /** The next entry; empty when the monitor has not written more yet. */
    public Optional<LogEntry> next() {
        try {
            Optional<LogEntry> entry = find();
            entry.ifPresent(e -> {
                offset = e.end();
                if (e instanceof LogEntry.Resized resized) {
                    size = resized.size();
                }
            });
            return entry;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log in " + directory, e);
        }
    }

    private Optional<LogEntry> find() throws IOException {
        if (file == null || offset < file.base()) {
            return open();
        }
        Optional<LogEntry> entry = read();
        if (entry.isPresent() || isNewest()) {
            return entry;
        }
        // The file was rotated, perhaps after it grew: what stands in it now is all.
        entry = read();
        return entry.isPresent() ? entry : open();
    }

    /** Whether the monitor still writes to the file at hand. */
    private boolean isNewest() throws IOException {
        Optional<LogFile> newest = LogFile.open(directory.resolve("log"));
        if (newest.isEmpty()) {
            return true; // between two renames of a rotation
        }
        try (LogFile log = newest.get()) {
            return log.base() == file.base();
        }
    }

    /** Opens the file that holds the offset, or the oldest behind it, and reads there. */
    private Optional<LogEntry> open() throws IOException {
        List<LogFile> files = LogFile.all(directory);
        LogFile found = null;
        for (LogFile candidate : files) {
            if (found == null && (offset < candidate.end() || candidate == files.get(files.size() - 1))) {
                found = candidate;
            } else {
                candidate.close();
            }
        }
        if (found == null || (file != null && found.base() == file.base())) {
            if (found != null) {
                found.close();
            }
            return Optional.empty();
        }
        close();
        file = found;
        if (offset < file.base()) {
            return Optional.of(new LogEntry.Skipped(file.base(), file.base() - offset));
        }
        offset = Math.min(offset, file.end());
        return read();
    }

    private Optional<LogEntry> read() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LogRecordHeader.SIZE);
        if (!file.read(offset, bytes)) {
            return Optional.empty();
        }
        LogRecordHeader header = LogRecordHeader.read(bytes);
        if (header.length() < 0 || header.length() > MAX_RECORD) {
            throw new IOException("a record of %d bytes at %d".formatted(header.length(), offset));
        }
        ByteBuffer payload = ByteBuffer.allocate(header.length());
        if (!file.read(offset + LogRecordHeader.SIZE, payload)) {
            return Optional.empty();
        }
        return Optional.of(entry(header, payload, offset + LogRecordHeader.SIZE + header.length()));
    }

    private static LogEntry entry(LogRecordHeader header, ByteBuffer payload, long end) {
        return switch (header.kind()) {
            case LogRecordHeader.STDERR ->
                new LogEntry.Output(end, header.time(), LogEntry.Stream.STDERR, payload.array());
            case LogRecordHeader.RESIZE -> new LogEntry.Resized(end, header.time(), LogTail.size(payload));
            case LogRecordHeader.GAP -> new LogEntry.Lost(end, header.time(), payload.getLong());
            default -> new LogEntry.Output(end, header.time(), LogEntry.Stream.STDOUT, payload.array());
        };
    }

    @Override
    public void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            file = null;
        }
    }
}
