package dev.berth.rootfs;

import dev.berth.linux.Syscalls;
import dev.berth.rootfs.tar.SparseMap;
import dev.berth.rootfs.tar.TarEntry;
import dev.berth.rootfs.tar.TarException;
import dev.berth.rootfs.tar.TarReader;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Brings the data of an archive's members into files, holes as holes. For one thread. */
public final class TarContent {
    private final Syscalls calls;
    private final byte[] buffer = new byte[64 * 1024];

    public TarContent(Syscalls calls) {
        this.calls = calls;
    }

    /** Writes the data of the reader's present member to an empty file. */
    public void write(int fd, TarEntry entry, TarReader archive) throws IOException {
        if (entry.sparse().isEmpty()) {
            for (int count = archive.read(buffer, 0, buffer.length);
                    count > 0;
                    count = archive.read(buffer, 0, buffer.length)) {
                calls.writeFully(fd, ByteBuffer.wrap(buffer, 0, count));
            }
            return;
        }
        SparseMap map = entry.sparse().get();
        for (SparseMap.Segment segment : map.segments()) {
            segment(fd, segment, archive);
        }
        calls.ftruncate(fd, map.size());
    }

    private void segment(int fd, SparseMap.Segment segment, TarReader archive) throws IOException {
        long at = segment.offset();
        long left = segment.length();
        while (left > 0) {
            int count = archive.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (count < 0) {
                throw new TarException("a sparse file's map does not fit its stored bytes");
            }
            ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, count);
            while (chunk.hasRemaining()) {
                at += calls.pwrite(fd, chunk, at);
            }
            left -= count;
        }
    }
}
