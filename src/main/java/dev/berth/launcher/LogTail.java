package dev.berth.launcher;

import dev.berth.linux.TerminalSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Where the last bytes of a log begin, and the size that the terminal had there. */
record LogTail(long offset, TerminalSize size) {
    private static final int CHUNK = 1 << 16;

    /** A record of output and the size of the terminal when it was written. */
    private record Mark(long offset, int length, TerminalSize size) {}

    static LogTail find(Path directory, long bytes) {
        Scan scan = new Scan(bytes);
        try {
            List<LogFile> files = LogFile.all(directory);
            try {
                for (LogFile file : files) {
                    scan.read(file);
                }
            } finally {
                for (LogFile file : files) {
                    file.close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log in " + directory, e);
        }
        return scan.result();
    }

    /** Rows and columns as a resize record holds them: two 16-bit numbers, columns first. */
    static TerminalSize size(ByteBuffer payload) {
        int columns = payload.getShort() & 0xffff;
        int rows = payload.getShort() & 0xffff;
        return columns == 0 || rows == 0 ? TerminalSize.DEFAULT : new TerminalSize(columns, rows);
    }

    /** Goes through the headers of all records and keeps in mind the last ones that together hold so many bytes. */
    private static final class Scan {
        private final long wanted;
        private final Deque<Mark> marks = new ArrayDeque<>();
        private long held;
        private long end;
        private TerminalSize size = TerminalSize.DEFAULT;

        Scan(long wanted) {
            this.wanted = wanted;
        }

        void read(LogFile file) throws IOException {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            long last = file.end();
            long chunkAt = file.base();
            chunk.limit(0);
            long at = file.base();
            while (at + LogRecordHeader.SIZE <= last) {
                if (at < chunkAt || at + LogRecordHeader.SIZE + 4 > chunkAt + chunk.limit()) {
                    chunk.clear().limit((int) Math.min(CHUNK, last - at));
                    chunkAt = at;
                    if (!file.read(at, chunk)) {
                        break;
                    }
                }
                chunk.position((int) (at - chunkAt));
                LogRecordHeader header = LogRecordHeader.read(chunk);
                long next = at + LogRecordHeader.SIZE + header.length();
                if (header.length() < 0 || next > last) {
                    break;
                }
                take(at, header, chunk);
                at = next;
            }
            end = at;
        }

        private void take(long at, LogRecordHeader header, ByteBuffer behind) {
            if (header.isOutput()) {
                marks.add(new Mark(at, header.length(), size));
                held += header.length();
                while (held > wanted && !marks.isEmpty()) {
                    held -= marks.remove().length();
                }
            } else if (header.kind() == LogRecordHeader.RESIZE && behind.remaining() >= 4) {
                size = LogTail.size(behind);
            }
        }

        LogTail result() {
            return marks.isEmpty()
                    ? new LogTail(end, size)
                    : new LogTail(marks.peek().offset(), marks.peek().size());
        }
    }
}
