package dev.berth.container;

import dev.berth.linux.Cgroup;
import dev.berth.linux.CgroupException;
import dev.berth.linux.CgroupHome;
import dev.berth.linux.CgroupLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The control groups of containers. Where one is, is written down beside the container's record before it is made, since the next service
 * may have its place somewhere else: the group is found again, and removed, by that file.
 */
final class ControlGroups {
    private static final System.Logger LOG = System.getLogger(ControlGroups.class.getName());
    private static final String FILE = "cgroup";
    private static final String VERSION = "version 1";
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long PAUSE_MILLIS = 5;

    /** PID 1 of a container is Berth's own, and is not the user's to count. */
    private static final int OWN_PROCESSES = 1;

    private final CgroupHome home;
    private final ContainerPaths paths;
    /** How often the kernel had killed for want of memory when it was last asked, by container. */
    private final Map<String, Long> knownKills = new ConcurrentHashMap<>();

    ControlGroups(CgroupHome home, ContainerPaths paths) {
        this.home = home;
        this.paths = paths;
    }

    /**
     * The group in which a container is about to start, with its limits.
     *
     * @return empty where there are none and none are asked for
     * @throws ContainerException.Invalid when a limit cannot be set on this machine
     */
    Optional<Cgroup> make(ContainerRecord record) throws IOException {
        Resources resources = record.config().resources();
        resources.check(home);
        remove(record.id());
        Optional<Cgroup> group = home.child(record.id());
        if (group.isPresent()) {
            write(record.id(), group.get());
            group.get().make(limits(resources));
        }
        return group;
    }

    /**
     * Changes the limits of a container that runs.
     *
     * @throws ContainerException.Conflict when it uses more than that
     */
    void change(Container container, Resources resources) {
        String name = container.name();
        Cgroup group = of(container.id())
                .orElseThrow(() -> new ContainerException.Conflict(
                        "wrong-state",
                        "cannot limit container " + name + " while it runs: it has no control group; stop it first"));
        try {
            long used = group.usage().memory();
            if (resources.memory() != null && resources.memory() < used) {
                throw new ContainerException.Conflict(
                        "in-use",
                        "cannot limit memory of container " + name + " to " + resources.memory() + ": it uses " + used);
            }
            group.limit(limits(resources));
        } catch (IOException e) {
            throw new ContainerException.Conflict(
                    "wrong-state", "cannot limit container " + name + ": it has just ended; try again");
        } catch (CgroupException e) {
            throw new ContainerException.Conflict("in-use", "cannot limit container " + name + ": " + e.getMessage());
        }
    }

    /** Without PID 1; null = no limit. */
    static Long own(Long processes) {
        return processes == null ? null : Math.max(0, processes - OWN_PROCESSES);
    }

    private static CgroupLimits limits(Resources resources) {
        Long pids = resources.pids() == null ? null : resources.pids() + OWN_PROCESSES;
        return new CgroupLimits(resources.memory(), resources.memorySwap(), resources.cpus(), pids);
    }

    private void write(String id, Cgroup group) throws IOException {
        List<String> lines = new ArrayList<>(List.of(VERSION));
        group.directories().forEach((controller, directory) -> lines.add(controller + " " + directory));
        Files.write(file(id), lines);
    }

    /** That of a container, as it was made. */
    Optional<Cgroup> of(String id) {
        try {
            Map<String, Path> directories = new TreeMap<>();
            for (String line : Files.readAllLines(file(id))) {
                String[] fields = line.split(" ", 2);
                if (fields.length == 2 && fields[1].startsWith("/")) {
                    directories.put(fields[0], Path.of(fields[1]));
                }
            }
            return directories.isEmpty() ? Optional.empty() : Optional.of(Cgroup.of(directories));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot read " + file(id), e);
            return Optional.empty();
        }
    }

    private Path file(String id) {
        return paths.container(id).resolve(FILE);
    }

    /** Whether the kernel has killed something in it for want of memory since its start. */
    boolean ranOutOfMemory(String id) {
        return kills(id) > 0;
    }

    /** Whether it has done so since this was last asked, or since the service found the container running. */
    boolean ranOutOfMemoryAgain(String id) {
        long now = kills(id);
        Long known = now == 0 ? knownKills.remove(id) : knownKills.put(id, now);
        return now > Objects.requireNonNullElse(known, 0L);
    }

    private long kills(String id) {
        try {
            Optional<Cgroup> group = of(id);
            return group.isPresent() ? group.get().outOfMemoryKills() : 0;
        } catch (IOException gone) {
            return 0; // with a machine that was stopped, or an administrator's hand
        }
    }

    /** What is to end must be able to: by version 1 even SIGKILL has no effect on what is frozen. */
    void thaw(String id) {
        try {
            of(id).ifPresent(group -> group.freeze(false));
        } catch (CgroupException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "the control group of container {0} has just gone, or has no freezer",
                    id);
        }
    }

    /** Of one that has ended: its last process may take a moment to be gone. What cannot be removed is tried again next time. */
    void remove(String id) {
        knownKills.remove(id);
        Optional<Cgroup> group = of(id);
        if (group.isEmpty()) {
            return;
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean gone = group.get().remove();
        while (!gone && System.nanoTime() < deadline) {
            pause();
            gone = group.get().remove();
        }
        if (!gone) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove the control group of container {0}: it is in use", id);
            return;
        }
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove " + file(id), e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
