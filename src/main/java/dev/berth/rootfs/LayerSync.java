package dev.berth.rootfs;

import dev.berth.linux.At;
import dev.berth.linux.Fd;
import dev.berth.linux.Open;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.store.DurableFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Brings unpacked layers to the disk behind everybody's back, and says so in their records: until then a power cut may have spoilt
 * them. One thread; what is asked for while it works shares one syncfs.
 */
final class LayerSync implements AutoCloseable {
    private static final String END = "";
    private static final System.Logger LOG = System.getLogger(LayerSync.class.getName());

    private final Syscalls calls;
    private final LayerPaths paths;
    private final BlockingQueue<String> waiting = new LinkedBlockingQueue<>();
    private final Thread thread;

    LayerSync(Syscalls calls, LayerPaths paths) {
        this.calls = calls;
        this.paths = paths;
        thread = new Thread(this::work, "berth-sync");
        thread.setDaemon(true);
        thread.start();
    }

    void add(String layer) {
        waiting.add(layer);
    }

    /** Ends the thread after what was added. */
    @Override
    public void close() {
        waiting.add(END);
        try {
            thread.join();
        } catch (InterruptedException hurry) {
            // Not synced is a safe state.
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            boolean ending = false;
            while (!ending) {
                Set<String> batch = new LinkedHashSet<>();
                batch.add(waiting.take());
                waiting.drainTo(batch);
                ending = batch.remove(END);
                if (!batch.isEmpty()) {
                    sync(batch);
                }
            }
        } catch (InterruptedException stop) {
            return;
        }
    }

    private void sync(Set<String> batch) {
        Path layers = paths.layers();
        try (Fd directory = new Fd(
                calls,
                calls.openat(At.FDCWD, Syscalls.bytes(layers), Open.RDONLY | Open.DIRECTORY | Open.CLOEXEC, 0))) {
            calls.syncfs(directory.number());
            for (String layer : batch) {
                Optional<LayerRecord> record = LayerRecord.read(paths.record(layer));
                if (record.isPresent()) {
                    DurableFile.write(
                            paths.record(layer), record.get().nowSynced().json());
                }
            }
        } catch (IOException | SyscallException failure) {
            // Not synced is a safe state: after an unclean boot these layers are unpacked again.
            LOG.log(System.Logger.Level.DEBUG, "layers not synced: {0}", failure.toString());
        }
    }
}
