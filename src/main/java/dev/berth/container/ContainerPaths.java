package dev.berth.container;

import java.nio.file.Path;

/** Every path of containers, volumes and exec sessions that this package uses. */
record ContainerPaths(Path dataDir, Path runtimeDir) {
    Path containers() {
        return dataDir.resolve("containers");
    }

    Path container(String id) {
        return containers().resolve(id);
    }

    Path record(String id) {
        return container(id).resolve("container.json");
    }

    /** Short, because a socket's path holds 107 bytes. */
    Path runtime(String id) {
        return runtimes().resolve(id.substring(0, 16));
    }

    Path runtimes() {
        return runtimeDir.resolve("c");
    }

    Path sessions() {
        return runtimeDir.resolve("x");
    }

    Path session(String id) {
        return sessions().resolve(id.substring(0, 16));
    }

    Path volumes() {
        return dataDir.resolve("volumes");
    }

    Path volume(String name) {
        return volumes().resolve(name);
    }

    Path volumeRecords() {
        return dataDir.resolve("volume-records");
    }

    Path volumeRecord(String name) {
        return volumeRecords().resolve(name + ".json");
    }
}
