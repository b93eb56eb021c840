package dev.berth.container;

import dev.berth.linux.CgroupHome;
import java.util.Optional;

/**
 * What a container may use at most; null = no limit. They are set by control groups.
 *
 * @param memory bytes
 * @param memorySwap bytes of memory and swap together; -1 = as much swap as there is, null = as much swap as memory
 * @param cpus cores
 * @param pids processes and threads
 */
public record Resources(Long memory, Long memorySwap, Double cpus, Long pids) {
    public static final Resources NONE = new Resources(null, null, null, null);

    private static final String WHOLE = "resources.";

    /** What a program needs to begin with; docker has the same. */
    private static final long LEAST_MEMORY = 6L << 20;

    private static final long MOST_MEMORY = 1L << 50;
    private static final double LEAST_CPUS = 0.01;
    private static final int MOST_CPUS = 8192;
    private static final long MOST_PIDS = 4L << 20;

    public Resources {
        range("memory", memory, LEAST_MEMORY, MOST_MEMORY);
        if (memorySwap != null && memorySwap != -1) {
            if (memory == null) {
                throw invalid("", "memorySwap", "it counts memory and swap together: give memory as well");
            }
            range("memorySwap", memorySwap, memory, MOST_MEMORY);
        }
        if (cpus != null && !(cpus >= LEAST_CPUS && cpus <= MOST_CPUS)) {
            throw invalid("", "cpus", cpus + " is not between " + LEAST_CPUS + " and " + MOST_CPUS);
        }
        range("pids", pids, 1, MOST_PIDS);
    }

    private static void range(String field, Long value, long least, long most) {
        if (value != null && (value < least || value > most)) {
            throw invalid("", field, value + " is not between " + least + " and " + most);
        }
    }

    /** What holds for this machine: it is asked for when a container is made, for the next machine may have other processors. */
    void checkProcessors() {
        int there = Runtime.getRuntime().availableProcessors();
        if (cpus != null && cpus > there) {
            throw invalid(WHOLE, "cpus", "this machine has only " + there + ", not " + cpus);
        }
    }

    /** @throws ContainerException.Invalid when one of them cannot be set on this machine */
    void check(CgroupHome home) {
        check(home, "memory", "memory", memory);
        check(home, "memory", "memorySwap", memorySwap);
        check(home, "cpu", "cpus", cpus);
        check(home, "pids", "pids", pids);
    }

    private static void check(CgroupHome home, String controller, String field, Object value) {
        if (value != null) {
            obstacle(home, controller).ifPresent(why -> {
                throw invalid(WHOLE, field, why);
            });
        }
    }

    /** Why a controller cannot be used here. */
    private static Optional<String> obstacle(CgroupHome home, String controller) {
        return home.controllers().contains(controller)
                ? Optional.empty()
                : Optional.of("the cgroup controller " + controller
                        + " is not this user's on this machine; 'berth doctor' shows how to have it");
    }

    private static ContainerException.Invalid invalid(String within, String field, String why) {
        return new ContainerException.Invalid(within + field, "cannot limit " + field + ": " + why);
    }
}
