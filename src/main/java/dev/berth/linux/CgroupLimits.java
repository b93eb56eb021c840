package dev.berth.linux;

/**
 * What a control group may use at most; null = no limit.
 *
 * @param memory bytes
 * @param memoryAndSwap bytes of both together; -1 = as much swap as there is, null = as much swap as memory
 * @param cpus cores
 * @param pids processes and threads
 */
public record CgroupLimits(Long memory, Long memoryAndSwap, Double cpus, Long pids) {
    /** Length of the period in which a share of the processors is counted, in microseconds: the kernel's default. */
    static final long PERIOD = 100_000;

    /** As much swap as there is. */
    static final long ALL_SWAP = -1;

    /** Of each period, over all processors. */
    long quota() {
        return Math.round(cpus * PERIOD);
    }

    /** Both together, as version 1 counts. */
    long total() {
        return memoryAndSwap != null ? memoryAndSwap : 2 * memory;
    }
}
