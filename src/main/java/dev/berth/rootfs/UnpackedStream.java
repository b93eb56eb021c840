package dev.berth.rootfs;

import dev.berth.oci.DiffId;
import dev.berth.oci.Digest;
import dev.berth.rootfs.tar.TarException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongConsumer;

/**
 * A layer's tar, decompressed and digested by a thread of its own a few chunks ahead of the reader: inflating and making files take
 * both cores. Bounded in memory and in size. Read by one thread; to be closed always, which ends the thread.
 */
final class UnpackedStream extends InputStream {
    private static final int CHUNK = 128 * 1024;
    private static final int AHEAD = 8;

    private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(AHEAD);
    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(AHEAD + 1);
    private final MessageDigest hash;
    private final Thread producer;
    private Chunk current = new Chunk(new byte[0], 0, null);
    private int at;

    /** @param length bytes used; 0 = the end, because of {@code failure} or because all was read */
    private record Chunk(byte[] bytes, int length, IOException failure) {}

    /**
     * @param expected names the digest's algorithm
     * @param limit bytes; one more is refused as a bomb
     * @param progress hears the packed bytes read so far, in the other thread
     */
    UnpackedStream(InputStream packed, DiffId expected, long limit, LongConsumer progress) {
        this.hash = expected.digest().messageDigest();
        for (int i = 0; i <= AHEAD; i++) {
            free.add(new byte[CHUNK]);
        }
        producer = new Thread(() -> produce(packed, limit, progress), "berth-unpack");
        producer.setDaemon(true);
        producer.start();
    }

    /** Reads what is left, and gives the digest of all. */
    DiffId diffId(DiffId expected) throws IOException {
        byte[] rest = new byte[CHUNK];
        while (read(rest, 0, rest.length) >= 0) {
            continue;
        }
        return new DiffId(Digest.ofHash(expected.digest().algorithm(), hash.digest()));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (at == current.length() && !advance()) {
            return -1;
        }
        int count = Math.min(length, current.length() - at);
        System.arraycopy(current.bytes(), at, into, offset, count);
        at += count;
        return count;
    }

    @Override
    public void close() {
        producer.interrupt();
        boolean interrupted = false;
        while (producer.isAlive()) {
            try {
                producer.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean advance() throws IOException {
        if (current.failure() != null) {
            throw current.failure();
        }
        try {
            if (current.length() > 0) {
                free.put(current.bytes());
            } else if (current.bytes() == null) {
                return false;
            }
            current = full.take();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("unpacking was cancelled");
        }
        at = 0;
        if (current.failure() != null) {
            throw current.failure();
        }
        return current.length() > 0;
    }

    private void produce(InputStream packed, long limit, LongConsumer progress) {
        try {
            IOException failure = null;
            try (Counted counted = new Counted(packed);
                    InputStream in = Decompression.of(counted)) {
                pump(in, counted, limit, progress);
            } catch (IOException broken) {
                failure = broken;
            } catch (RuntimeException | Error broken) {
                // Whatever it is: without an end the reader would wait for ever.
                failure = new IOException(broken);
            }
            full.put(new Chunk(null, 0, failure));
        } catch (InterruptedException nobodyReads) {
            return;
        }
    }

    private void pump(InputStream in, Counted counted, long limit, LongConsumer progress)
            throws IOException, InterruptedException {
        long total = 0;
        while (true) {
            byte[] chunk = free.take();
            int count = in.readNBytes(chunk, 0, chunk.length);
            if (count == 0) {
                return;
            }
            total += count;
            if (total > limit) {
                throw new TarException(
                        "it unpacks to more than " + limit + " bytes, the limit for a layer of its size");
            }
            hash.update(chunk, 0, count);
            progress.accept(counted.count);
            full.put(new Chunk(chunk, count, null));
        }
    }

    /** Counts what is read. */
    private static final class Counted extends java.io.FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            count += Math.max(0, read);
            return read;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }
    }
}
