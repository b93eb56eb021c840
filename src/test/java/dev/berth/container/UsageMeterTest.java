package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from /proc, of which this is a made one. */
class UsageMeterTest {
    private static final String DEVICES = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:  999999    100    0    0    0     0          0         0   999999     100    0    0    0     0       0          0
              tap0: 1234567    900    0    0    0     0          0         0    76543     400    0    0    0     0       0          0
            """;

    @TempDir
    Path proc;

    private void process(int pid, String namespace, int ticks, int kilobytes) throws IOException {
        Path directory = Files.createDirectories(proc.resolve(pid + "/ns")).getParent();
        Files.createSymbolicLink(directory.resolve("ns/pid"), Path.of(namespace));
        Files.writeString(
                directory.resolve("stat"), pid + " (a ) b) S 1 1 1 0 -1 0 0 0 0 0 " + ticks + " 0 0 0 20 0 1 0 5\n");
        Files.writeString(directory.resolve("smaps_rollup"), "Rss: 9999 kB\nPss:   " + kilobytes + " kB\n");
        Files.createDirectories(directory.resolve("net"));
        Files.writeString(directory.resolve("net/dev"), DEVICES);
    }

    @Test
    void processesOfTheSameNamespaceAreAddedUpAndLoopbackIsNoTraffic() throws Exception {
        process(10, "pid:[7]", 100, 1000);
        process(11, "pid:[7]", 50, 24);
        process(12, "pid:[8]", 5000, 5000);
        BlockingQueue<Usage> told = new ArrayBlockingQueue<>(10);
        try (UsageMeter meter =
                        new UsageMeter(proc, () -> Map.of("web", 10), container -> Optional.empty(), container -> {});
                AutoCloseable watching = meter.watch("web", told::offer)) {
            Usage usage = told.poll(10, TimeUnit.SECONDS);
            assertNotNull(usage, "nothing was measured");
            assertEquals(1, usage.pids().current(), "PID 1 is not the user's to count");
            assertEquals(1024 * 1024, usage.memory().used());
            assertEquals(1.5, usage.cpu().total());
            assertEquals(1234567, usage.network().received());
            assertEquals(76543, usage.network().sent());
            assertNotNull(watching);
        }
    }

    @Test
    void anEndedProcessIsNoUsage() throws Exception {
        process(10, "pid:[7]", 100, 1000);
        Files.delete(proc.resolve("10/stat"));
        BlockingQueue<Usage> told = new ArrayBlockingQueue<>(10);
        try (UsageMeter meter =
                        new UsageMeter(proc, () -> Map.of("web", 10), container -> Optional.empty(), container -> {});
                AutoCloseable watching = meter.watch("web", told::offer)) {
            assertEquals(null, told.poll(1500, TimeUnit.MILLISECONDS));
            assertNotNull(watching);
        }
    }
}
