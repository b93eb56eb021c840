package dev.berth.linux;

/**
 * What a control group uses now.
 *
 * @param cpuSeconds used by all that ever were in it
 * @param memory bytes without the part of the page cache that can be dropped at once
 * @param memoryLimit bytes; null = none
 * @param cache bytes of the page cache
 * @param pids processes and threads
 * @param pidsLimit null = none
 * @param io null = not counted
 */
public record CgroupUsage(
        double cpuSeconds, long memory, Long memoryLimit, long cache, long pids, Long pidsLimit, Transfer io) {

    /** Bytes from and to disks. */
    public record Transfer(long read, long written) {}
}
