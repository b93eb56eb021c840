package dev.berth.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Of version 2: one directory for all controllers. */
record UnifiedCgroup(Path directory) implements Cgroup {
    private static final double MICROSECONDS = 1e6;

    @Override
    public Map<String, Path> directories() {
        return Map.of(CgroupTree.UNIFIED, directory);
    }

    @Override
    public void limit(CgroupLimits limits) {
        set("memory.max", limits.memory());
        if (limits.memory() != null) {
            limitSwap(limits);
        } else {
            set("memory.swap.max", null);
        }
        set("cpu.max", limits.cpus() == null ? null : limits.quota() + " " + CgroupLimits.PERIOD);
        set("pids.max", limits.pids());
    }

    /** No limit needs no controller. */
    private void set(String file, Object value) {
        if (value != null || Files.exists(directory.resolve(file))) {
            write(file, value == null ? "max" : value);
        }
    }

    /** A kernel that counts no swap has no such file; then there is nothing to limit but what was asked for by name. */
    private void limitSwap(CgroupLimits limits) {
        if (limits.memoryAndSwap() != null || Files.exists(directory.resolve("memory.swap.max"))) {
            boolean all = limits.total() == CgroupLimits.ALL_SWAP;
            write("memory.swap.max", all ? "max" : limits.total() - limits.memory());
        }
    }

    private void write(String file, Object value) {
        CgroupFile.write(directory.resolve(file), value);
    }

    @Override
    public CgroupUsage usage() throws IOException {
        Map<String, Long> processors = CgroupFile.table(directory.resolve("cpu.stat"));
        Map<String, Long> memory = table("memory.stat");
        return new CgroupUsage(
                processors.getOrDefault("usage_usec", 0L) / MICROSECONDS,
                Math.max(0, number("memory.current") - memory.getOrDefault("inactive_file", 0L)),
                CgroupFile.limit(directory.resolve("memory.max")).orElse(null),
                memory.getOrDefault("file", 0L),
                number("pids.current"),
                CgroupFile.limit(directory.resolve("pids.max")).orElse(null),
                transfer());
    }

    /** Nought, where its controller is not this user's. */
    private long number(String file) throws IOException {
        Path path = directory.resolve(file);
        return Files.exists(path) ? CgroupFile.number(path) : 0;
    }

    private Map<String, Long> table(String file) throws IOException {
        Path path = directory.resolve(file);
        return Files.exists(path) ? CgroupFile.table(path) : Map.of();
    }

    /** Lines such as {@code 8:0 rbytes=1 wbytes=2 rios=3}. */
    private CgroupUsage.Transfer transfer() throws IOException {
        long read = 0;
        long written = 0;
        try {
            for (String line : Files.readAllLines(directory.resolve("io.stat"), StandardCharsets.US_ASCII)) {
                for (String field : line.split(" ")) {
                    read += field.startsWith("rbytes=") ? Long.parseLong(field.substring(7)) : 0;
                    written += field.startsWith("wbytes=") ? Long.parseLong(field.substring(7)) : 0;
                }
            }
            return new CgroupUsage.Transfer(read, written);
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    @Override
    public long outOfMemoryKills() throws IOException {
        return table("memory.events").getOrDefault("oom_kill", 0L);
    }

    @Override
    public void freeze(boolean frozen) {
        write("cgroup.freeze", frozen ? 1 : 0);
    }

    @Override
    public boolean isFrozen() throws IOException {
        return table("cgroup.events").getOrDefault("frozen", 0L) == 1;
    }

    @Override
    public Optional<Path> birthplace() {
        return Optional.of(directory);
    }

    @Override
    public List<Path> processFiles() {
        return List.of();
    }
}
