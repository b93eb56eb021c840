package dev.berth.e2e;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The service's own steps as they are seen from outside: each file that appears, changes or vanishes in the directories of containers
 * and sessions. So that it can be killed between two of them.
 */
final class Steps implements AutoCloseable {
    private static final long GLANCE_MICROS = 500;

    private final WatchService watch = FileSystems.getDefault().newWatchService();
    private final Map<WatchKey, Path> watched = new HashMap<>();
    private int seen;

    Steps(Berth berth) throws IOException {
        for (Path parent : List.of(
                berth.dataDirectory().resolve("containers"),
                berth.runtimeDirectory().resolve("c"),
                berth.runtimeDirectory().resolve("x"))) {
            Files.createDirectories(parent);
            watch(parent);
            try (Stream<Path> children = Files.list(parent)) {
                children.filter(Files::isDirectory).forEach(this::watch);
            }
        }
    }

    private void watch(Path directory) {
        try {
            watched.put(
                    directory.register(
                            watch,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_DELETE,
                            StandardWatchEventKinds.ENTRY_MODIFY),
                    directory);
        } catch (IOException gone) {
            return;
        }
    }

    /** Waits for so many steps since this was made, or until it is over. @return how many were seen */
    int await(int wanted, BooleanSupplier over) throws InterruptedException {
        while (seen < wanted) {
            boolean last = over.getAsBoolean();
            WatchKey key = watch.poll(GLANCE_MICROS, TimeUnit.MICROSECONDS);
            if (key != null) {
                take(key);
            } else if (last) {
                break;
            }
        }
        return seen;
    }

    private void take(WatchKey key) {
        for (WatchEvent<?> event : key.pollEvents()) {
            // Output of a program is no step of the service's.
            if (!String.valueOf(event.context()).startsWith("log")) {
                seen++;
            }
            Path child = watched.get(key).resolve(String.valueOf(event.context()));
            if (event.kind() == StandardWatchEventKinds.ENTRY_CREATE && Files.isDirectory(child)) {
                watch(child);
            }
        }
        key.reset();
    }

    @Override
    public void close() throws IOException {
        watch.close();
    }
}
