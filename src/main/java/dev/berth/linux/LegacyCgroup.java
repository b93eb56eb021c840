package dev.berth.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Of version 1: a directory in the tree of each controller. */
record LegacyCgroup(Map<String, Path> directories) implements Cgroup {
    private static final double NANOSECONDS = 1e9;
    private static final String SWAP = "memory.memsw.limit_in_bytes";
    private static final String NONE = "-1";

    LegacyCgroup {
        directories = java.util.Collections.unmodifiableMap(new TreeMap<>(directories));
    }

    @Override
    public void limit(CgroupLimits limits) {
        // Memory and swap together may never be less than memory.
        set("memory", SWAP, null, NONE);
        set("memory", "memory.limit_in_bytes", limits.memory(), NONE);
        if (limits.memory() != null) {
            limitSwap(limits);
        }
        if (limits.cpus() != null) {
            write("cpu", "cpu.cfs_period_us", CgroupLimits.PERIOD);
        }
        set("cpu", "cpu.cfs_quota_us", limits.cpus() == null ? null : limits.quota(), NONE);
        set("pids", "pids.max", limits.pids(), "max");
    }

    /** No limit needs no controller. */
    private void set(String controller, String file, Object value, String none) {
        Path directory = directories.get(controller);
        if (value != null || directory != null && Files.exists(directory.resolve(file))) {
            write(controller, file, value == null ? none : value);
        }
    }

    /** A kernel that counts no swap has no such file; then there is nothing to limit but what was asked for by name. */
    private void limitSwap(CgroupLimits limits) {
        if (limits.memoryAndSwap() != null || Files.exists(file("memory", SWAP))) {
            write("memory", SWAP, limits.total());
        }
    }

    private void write(String controller, String file, Object value) {
        CgroupFile.write(file(controller, file), value);
    }

    private Path file(String controller, String file) {
        Path directory = directories.get(controller);
        if (directory == null) {
            throw new CgroupException(Path.of(file), "its controller is not this user's", null);
        }
        return directory.resolve(file);
    }

    @Override
    public CgroupUsage usage() throws IOException {
        boolean counted = directories.containsKey("memory");
        Map<String, Long> memory = counted ? CgroupFile.table(file("memory", "memory.stat")) : Map.of();
        return new CgroupUsage(
                number("cpuacct", "cpuacct.usage") / NANOSECONDS,
                Math.max(0, number("memory", "memory.usage_in_bytes") - memory.getOrDefault("total_inactive_file", 0L)),
                counted
                        ? CgroupFile.limit(file("memory", "memory.limit_in_bytes"))
                                .orElse(null)
                        : null,
                memory.getOrDefault("total_cache", 0L),
                number("pids", "pids.current"),
                directories.containsKey("pids")
                        ? CgroupFile.limit(file("pids", "pids.max")).orElse(null)
                        : null,
                transfer());
    }

    /** Nought, where its controller is not this user's. */
    private long number(String controller, String file) throws IOException {
        return directories.containsKey(controller) ? CgroupFile.number(file(controller, file)) : 0;
    }

    /** Lines such as {@code 8:0 Read 4096}, and a {@code Total} at the end. */
    private CgroupUsage.Transfer transfer() throws IOException {
        if (!directories.containsKey("blkio")) {
            return null;
        }
        long read = 0;
        long written = 0;
        for (var line : CgroupFile.table(file("blkio", "blkio.throttle.io_service_bytes"))
                .entrySet()) {
            read += line.getKey().endsWith(" Read") ? line.getValue() : 0;
            written += line.getKey().endsWith(" Write") ? line.getValue() : 0;
        }
        return new CgroupUsage.Transfer(read, written);
    }

    @Override
    public long outOfMemoryKills() throws IOException {
        return directories.containsKey("memory")
                ? CgroupFile.table(file("memory", "memory.oom_control")).getOrDefault("oom_kill", 0L)
                : 0;
    }

    @Override
    public void freeze(boolean frozen) {
        write("freezer", "freezer.state", frozen ? "FROZEN" : "THAWED");
    }

    @Override
    public boolean isFrozen() throws IOException {
        return directories.containsKey("freezer")
                && Files.readString(file("freezer", "freezer.state")).strip().equals("FROZEN");
    }

    @Override
    public Optional<Path> birthplace() {
        return Optional.empty();
    }

    @Override
    public List<Path> processFiles() {
        return directories.values().stream()
                .distinct()
                .map(directory -> directory.resolve("cgroup.procs"))
                .toList();
    }
}
