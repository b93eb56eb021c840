package dev.berth.rootfs;

import dev.berth.linux.Errno;
import dev.berth.linux.Seek;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;

/** Copies the content of files, holes as holes: a file of terabytes may hold a few bytes. For one thread. */
final class FileCopy {
    private static final int CHUNK = 64 * 1024;

    private final Syscalls calls;
    private final long limit;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    private long copied;

    /** @param limit bytes of data in all files together; one more is refused as a bomb */
    FileCopy(Syscalls calls, long limit) {
        this.calls = calls;
        this.limit = limit;
    }

    /**
     * @param to an empty file
     * @throws InterruptedIOException when this thread is interrupted; it stays so
     */
    void copy(int from, int to) throws InterruptedIOException {
        long size = calls.fstat(from).size();
        long data = nextData(from, 0, size);
        while (data < size) {
            long hole = calls.lseek(from, data, Seek.HOLE);
            copy(from, to, data, hole);
            data = nextData(from, hole, size);
        }
        calls.ftruncate(to, size);
    }

    private long nextData(int fd, long offset, long size) {
        try {
            return calls.lseek(fd, offset, Seek.DATA);
        } catch (SyscallException nothing) {
            if (nothing.is(Errno.ENXIO)) {
                return size;
            }
            throw nothing;
        }
    }

    private void copy(int from, int to, long start, long end) throws InterruptedIOException {
        long at = start;
        while (at < end) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("copying was cancelled");
            }
            buffer.clear().limit((int) Math.min(CHUNK, end - at));
            int count = calls.pread(from, buffer, at);
            if (count == 0) {
                return;
            }
            count(count);
            buffer.flip();
            while (buffer.hasRemaining()) {
                at += calls.pwrite(to, buffer, at);
            }
        }
    }

    private void count(int bytes) {
        copied += bytes;
        if (copied > limit) {
            throw new RootfsException.BadLayer("its hard links to files of lower layers copy more than " + limit
                    + " bytes, the limit for a layer of its size");
        }
    }
}
