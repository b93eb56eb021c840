package dev.berth.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written to the kernel's files and how they are read; that the kernel does so is shown by the end-to-end tests. */
class CgroupTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path directory;

    private Cgroup unified(String... files) throws IOException {
        for (String file : files) {
            Files.writeString(directory.resolve(file), "");
        }
        return Cgroup.of(Map.of("unified", directory));
    }

    private Cgroup legacy(String... files) throws IOException {
        for (String controller : List.of("memory", "cpu", "cpuacct", "pids", "blkio")) {
            Files.createDirectories(directory.resolve(controller));
        }
        for (String file : files) {
            Files.writeString(directory.resolve(file), "");
        }
        return Cgroup.of(Map.of(
                "memory", directory.resolve("memory"),
                "cpu", directory.resolve("cpu"),
                "cpuacct", directory.resolve("cpuacct"),
                "pids", directory.resolve("pids"),
                "blkio", directory.resolve("blkio")));
    }

    private String text(String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }

    @Test
    void ofVersionTwoSwapIsCountedApart() throws IOException {
        Cgroup group = unified("memory.max", "memory.swap.max", "cpu.max", "pids.max");
        group.limit(new CgroupLimits(64 * MIB, null, 1.5, 20L));
        assertEquals("67108864", text("memory.max"));
        assertEquals("67108864", text("memory.swap.max"));
        assertEquals("150000 100000", text("cpu.max"));
        assertEquals("20", text("pids.max"));
        group.limit(new CgroupLimits(64 * MIB, 96 * MIB, null, null));
        assertEquals(Long.toString(32 * MIB), text("memory.swap.max"));
        group.limit(new CgroupLimits(64 * MIB, -1L, null, null));
        assertEquals("max", text("memory.swap.max"));
    }

    @Test
    void ofVersionOneSwapIsCountedWithMemory() throws IOException {
        Cgroup group = legacy(
                "memory/memory.limit_in_bytes",
                "memory/memory.memsw.limit_in_bytes",
                "cpu/cpu.cfs_period_us",
                "cpu/cpu.cfs_quota_us",
                "pids/pids.max");
        group.limit(new CgroupLimits(64 * MIB, null, 0.5, 20L));
        assertEquals("67108864", text("memory/memory.limit_in_bytes"));
        assertEquals("134217728", text("memory/memory.memsw.limit_in_bytes"));
        assertEquals("100000", text("cpu/cpu.cfs_period_us"));
        assertEquals("50000", text("cpu/cpu.cfs_quota_us"));
        assertEquals("20", text("pids/pids.max"));
        group.limit(new CgroupLimits(64 * MIB, -1L, null, null));
        assertEquals("-1", text("memory/memory.memsw.limit_in_bytes"));
    }

    @Test
    void whereSwapIsNotCountedOnlyALimitThatWasAskedForFails() throws IOException {
        Cgroup group = unified("memory.max");
        group.limit(new CgroupLimits(64 * MIB, null, null, null));
        CgroupLimits asked = new CgroupLimits(64 * MIB, 64 * MIB, null, null);
        String why =
                assertThrows(CgroupException.class, () -> group.limit(asked)).getMessage();
        assertTrue(why.contains("memory.swap.max"), why);
    }

    @Test
    void ofVersionTwoUsageIsRead() throws IOException {
        Cgroup group = unified();
        Files.writeString(directory.resolve("cpu.stat"), "usage_usec 2500000\nuser_usec 1\n");
        Files.writeString(directory.resolve("memory.current"), "1000000\n");
        Files.writeString(directory.resolve("memory.stat"), "anon 5\nfile 700000\ninactive_file 600000\n");
        Files.writeString(directory.resolve("memory.max"), "max\n");
        Files.writeString(directory.resolve("memory.events"), "low 0\noom 2\noom_kill 1\n");
        Files.writeString(directory.resolve("pids.current"), "3\n");
        Files.writeString(directory.resolve("pids.max"), "20\n");
        Files.writeString(
                directory.resolve("io.stat"), "8:0 rbytes=10 wbytes=20 rios=1\n259:0 rbytes=5 wbytes=0 dios=9\n");
        assertEquals(
                new CgroupUsage(2.5, 400_000, null, 700_000, 3, 20L, new CgroupUsage.Transfer(15, 20)), group.usage());
        assertEquals(1, group.outOfMemoryKills());
        assertEquals(Optional.of(directory), group.birthplace());
        assertEquals(List.of(), group.processFiles());
    }

    @Test
    void ofVersionTwoWhatIsNotDelegatedIsNotCounted() throws IOException {
        Cgroup group = unified();
        Files.writeString(directory.resolve("cpu.stat"), "usage_usec 1\n");
        CgroupUsage usage = group.usage();
        assertEquals(0, usage.memory());
        assertNull(usage.memoryLimit());
        assertNull(usage.io());
        assertEquals(0, group.outOfMemoryKills());
    }

    @Test
    void ofVersionOneUsageIsRead() throws IOException {
        Cgroup group = legacy();
        Files.writeString(directory.resolve("cpuacct/cpuacct.usage"), "2500000000\n");
        Files.writeString(directory.resolve("memory/memory.usage_in_bytes"), "1000000\n");
        Files.writeString(
                directory.resolve("memory/memory.stat"), "cache 1\ntotal_cache 700000\ntotal_inactive_file 600000\n");
        Files.writeString(directory.resolve("memory/memory.limit_in_bytes"), "9223372036854771712\n");
        Files.writeString(
                directory.resolve("memory/memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
        Files.writeString(directory.resolve("pids/pids.current"), "3\n");
        Files.writeString(directory.resolve("pids/pids.max"), "max\n");
        Files.writeString(
                directory.resolve("blkio/blkio.throttle.io_service_bytes"),
                "8:0 Read 10\n8:0 Write 20\n8:0 Sync 30\n8:0 Total 30\n8:16 Read 5\nTotal 35\n");
        assertEquals(
                new CgroupUsage(2.5, 400_000, null, 700_000, 3, null, new CgroupUsage.Transfer(15, 20)), group.usage());
        assertEquals(4, group.outOfMemoryKills());
        assertEquals(Optional.empty(), group.birthplace());
        assertTrue(group.processFiles().contains(directory.resolve("pids/cgroup.procs")));
    }

    @Test
    void oneThatIsInUseIsNotRemoved() throws IOException {
        Cgroup group = legacy("pids/used");
        assertEquals(false, group.remove());
        Files.delete(directory.resolve("pids/used"));
        assertTrue(group.remove());
        assertTrue(group.remove());
    }
}
