package dev.berth.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Deletes by renaming at once and unlinking later, in one background thread and throttled: a disk that discards on delete stalls
 * every writer for seconds after 20,000 quick unlinks (measured). What a crash leaves in {@code trash} is deleted at the next start.
 *
 * <p>Trees are walked by descriptors ({@code openat}, {@code unlinkat}), never by a path, so no symlink leads out and no depth is too
 * much: directories below {@link #FLAT} levels are first moved up. Thread-safe.
 */
public final class Trash implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Trash.class.getName());
    private static final int FLAT = 64;
    private static final int BURST = 200;
    private static final long PAUSE_MILLIS = 20;

    private final Path directory;
    private final Deque<Path> waiting = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread worker;
    private boolean busy;
    private boolean closed;
    private int unlinked;

    /** @param directory exists, on the same file system as everything that will be discarded */
    Trash(Path directory) throws IOException {
        this.directory = directory;
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory)) {
            left.forEach(waiting::add);
        }
        worker = new Thread(this::work, "berth-trash");
        worker.setDaemon(true);
        worker.start();
    }

    /**
     * Takes a file or a directory out of its place and deletes it in the background. A path that does not exist is no error: a second
     * call does nothing.
     *
     * @return whether there was something
     */
    public boolean discard(Path path) {
        Path name = directory.resolve(DurableFile.randomName());
        try {
            Files.move(path, name, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException absent) {
            return false;
        } catch (IOException failure) {
            throw StoreException.of("delete " + path, failure);
        }
        enqueue(name);
        return true;
    }

    /** Waits until everything that was discarded is gone from the disk. */
    public void drain() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (busy || !waiting.isEmpty()) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Stops the thread soon; what is left goes at the next start. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(Path path) {
        lock.lock();
        try {
            if (!closed) {
                waiting.add(path);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        for (Path next = take(); next != null; next = take()) {
            try {
                delete(next);
            } catch (IOException failure) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "cannot delete {0}, will try at the next start: {1}",
                        next,
                        failure);
            } catch (InterruptedException stop) {
                return;
            }
        }
    }

    private Path take() {
        lock.lock();
        try {
            busy = false;
            changed.signalAll();
            while (waiting.isEmpty() && !closed) {
                changed.await();
            }
            busy = !closed;
            return closed ? null : waiting.poll();
        } catch (InterruptedException stop) {
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void delete(Path path) throws IOException, InterruptedException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            if (!(stream instanceof SecureDirectoryStream<Path> root)) {
                throw new IOException("no openat on this file system");
            }
            remove(root, path.getFileName(), root, 0);
        }
    }

    private void remove(SecureDirectoryStream<Path> parent, Path name, SecureDirectoryStream<Path> root, int depth)
            throws IOException, InterruptedException {
        throttle();
        try {
            parent.deleteFile(name);
            return;
        } catch (NoSuchFileException gone) {
            return;
        } catch (FileSystemException directoryPerhaps) {
            if (depth > FLAT) {
                Path shallow = Path.of(DurableFile.randomName());
                parent.move(name, root, shallow);
                enqueue(directory.resolve(shallow));
                return;
            }
            removeDirectory(parent, name, root, depth, directoryPerhaps);
        }
    }

    private void removeDirectory(
            SecureDirectoryStream<Path> parent,
            Path name,
            SecureDirectoryStream<Path> root,
            int depth,
            FileSystemException notFile)
            throws IOException, InterruptedException {
        try (SecureDirectoryStream<Path> inner = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            for (Path child : inner) {
                remove(inner, child.getFileName(), root, depth + 1);
            }
        } catch (NotDirectoryException undeletable) {
            throw notFile;
        }
        parent.deleteDirectory(name);
    }

    private void throttle() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (closed) {
                throw new InterruptedException("closed");
            }
        } finally {
            lock.unlock();
        }
        if (++unlinked % BURST == 0) {
            Thread.sleep(PAUSE_MILLIS);
        }
    }
}
