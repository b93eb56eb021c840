package dev.berth.container;

import dev.berth.linux.Cgroup;
import dev.berth.linux.CgroupUsage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Measures running containers each ten seconds, and once a second as long as somebody looks: by its control group, or, of those that
 * have none, by one walk over /proc for all of them. A process belongs to the container whose PID namespace it is in.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat(5)</a>
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_net.5.html">proc_pid_net(5)</a>
 */
public final class UsageMeter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UsageMeter.class.getName());
    private static final double TICKS_PER_SECOND = 100;

    /** Ends when it is closed. */
    public interface Watching extends AutoCloseable {
        @Override
        void close();
    }

    private record Watch(String container, Consumer<Usage> listener) {}

    private record Sum(double seconds, long bytes, long processes) {
        Sum plus(double moreSeconds, long moreBytes) {
            return new Sum(seconds + moreSeconds, bytes + moreBytes, processes + 1);
        }

        Measured measured() {
            return new Measured(
                    seconds,
                    new Usage.Memory(bytes, null, null),
                    new Usage.Pids(ControlGroups.own(processes), null),
                    null);
        }
    }

    /** What one measurement says, from wherever it is. */
    private record Measured(double seconds, Usage.Memory memory, Usage.Pids pids, Usage.Io io) {
        static Measured of(CgroupUsage group) {
            return new Measured(
                    group.cpuSeconds(),
                    new Usage.Memory(group.memory(), group.memoryLimit(), group.cache()),
                    new Usage.Pids(ControlGroups.own(group.pids()), ControlGroups.own(group.pidsLimit())),
                    group.io() == null
                            ? null
                            : new Usage.Io(group.io().read(), group.io().written()));
        }
    }

    private record Before(Instant time, double seconds) {}

    private final Path proc;
    private final Supplier<Map<String, Integer>> running;
    private final Function<String, Optional<Cgroup>> groups;
    private final Consumer<String> counted;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final Map<String, Before> before = new HashMap<>();
    private final UsageHistory history = new UsageHistory();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "usage");
        thread.setDaemon(true);
        return thread;
    });
    private ScheduledFuture<?> ticking;

    /**
     * @param running PID 1 of each container that runs, as this process sees it
     * @param groups the control group of a container, where it has one
     * @param counted is told of each container that was measured by its group
     */
    UsageMeter(
            Path proc,
            Supplier<Map<String, Integer>> running,
            Function<String, Optional<Cgroup>> groups,
            Consumer<String> counted) {
        this.counted = counted;
        this.groups = groups;
        this.proc = proc;
        this.running = running;
        long step = UsageHistory.STEP.toMillis();
        clock.scheduleWithFixedDelay(() -> measure(it -> !isWatched(it)), step, step, TimeUnit.MILLISECONDS);
    }

    /** Tells the usage of a container each second while it runs, until closed. */
    public synchronized Watching watch(String container, Consumer<Usage> listener) {
        Watch watch = new Watch(container, listener);
        watches.add(watch);
        if (ticking == null) {
            ticking = clock.scheduleWithFixedDelay(() -> measure(this::isWatched), 0, 1, TimeUnit.SECONDS);
        }
        return () -> leave(watch);
    }

    private synchronized void leave(Watch watch) {
        watches.remove(watch);
        if (watches.isEmpty() && ticking != null) {
            ticking.cancel(false);
            ticking = null;
        }
    }

    /** What a container has used in the last half hour while it ran, oldest first: one measurement each ten seconds after this moment. */
    public List<Usage> since(String container, Instant moment) {
        return history.since(container, moment);
    }

    private boolean isWatched(String container) {
        return watches.stream().anyMatch(it -> it.container().equals(container));
    }

    private void measure(Predicate<String> which) {
        try {
            Map<String, Integer> inits = new HashMap<>(running.get());
            before.keySet().retainAll(inits.keySet());
            history.retain(inits.keySet());
            inits.keySet().removeIf(which.negate());
            Map<String, Measured> all = byGroup(inits.keySet());
            all.keySet().forEach(counted);
            Map<String, Integer> others = new HashMap<>(inits);
            others.keySet().removeAll(all.keySet());
            summed(namespaces(others)).forEach((container, sum) -> all.put(container, sum.measured()));
            Instant now = Instant.now();
            all.forEach((container, measured) -> tell(container, measured, now, network(inits.get(container))));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot measure the containers", e);
        }
    }

    /** Those that have a control group of their own. */
    private Map<String, Measured> byGroup(Set<String> containers) {
        Map<String, Measured> found = new HashMap<>();
        for (String container : containers) {
            try {
                Optional<Cgroup> group = groups.apply(container);
                if (group.isPresent()) {
                    found.put(container, Measured.of(group.get().usage()));
                }
            } catch (IOException e) {
                continue; // it has just ended
            }
        }
        return found;
    }

    private void tell(String container, Measured measured, Instant now, Usage.Network network) {
        Before last = before.put(container, new Before(now, measured.seconds()));
        double passed = last == null ? 0 : (now.toEpochMilli() - last.time().toEpochMilli()) / 1000.0;
        double cores = passed <= 0 ? 0 : Math.max(0, (measured.seconds() - last.seconds()) / passed);
        Usage usage = new Usage(
                now,
                new Usage.Cpu(cores, measured.seconds()),
                measured.memory(),
                measured.pids(),
                measured.io(),
                network);
        if (last != null) {
            history.add(container, usage);
        }
        watches.stream()
                .filter(it -> it.container().equals(container))
                .forEach(it -> it.listener().accept(usage));
    }

    /** The PID namespace of each container. */
    private Map<String, String> namespaces(Map<String, Integer> inits) {
        Map<String, String> found = new HashMap<>();
        inits.forEach((container, init) -> {
            String namespace = namespace(proc.resolve(init.toString()));
            if (namespace != null) {
                found.put(namespace, container);
            }
        });
        return found;
    }

    private Map<String, Sum> summed(Map<String, String> containers) {
        Map<String, Sum> sums = new HashMap<>();
        if (containers.isEmpty()) {
            return sums;
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                String container = containers.get(String.valueOf(namespace(process)));
                if (container != null) {
                    add(process, container, sums);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot list {0}: {1}", proc, e.getMessage());
        }
        return sums;
    }

    private static void add(Path process, String container, Map<String, Sum> sums) {
        try {
            double seconds = seconds(Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1));
            long bytes = proportionalSize(process);
            sums.merge(container, new Sum(seconds, bytes, 1), (sum, one) -> sum.plus(seconds, bytes));
        } catch (IOException e) {
            return; // it has just ended
        }
    }

    /** User and system time, with that of children that were waited for: fields 14 to 17, counted behind the name in brackets. */
    static double seconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = 0;
        for (int field = 14; field <= 17; field++) {
            ticks += Long.parseLong(fields[field - 3]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    static long proportionalSize(Path process) throws IOException {
        for (String line : Files.readAllLines(process.resolve("smaps_rollup"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("Pss:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return 0;
    }

    /** What the interfaces of its network namespace have counted. */
    private Usage.Network network(int init) {
        try {
            return traffic(Files.readAllLines(proc.resolve(init + "/net/dev"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Usage.Network.NONE; // it has just ended
        }
    }

    private static Usage.Network traffic(List<String> devices) {
        long received = 0;
        long sent = 0;
        for (String line : devices) {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.substring(0, colon).strip().equals("lo")) {
                String[] counters = line.substring(colon + 1).strip().split("\\s+");
                received += Long.parseLong(counters[0]);
                sent += Long.parseLong(counters[8]);
            }
        }
        return new Usage.Network(received, sent);
    }

    static String namespace(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("ns/pid")).toString();
        } catch (IOException e) {
            return null; // another user's, or it has just ended
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
