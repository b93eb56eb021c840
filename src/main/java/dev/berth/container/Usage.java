package dev.berth.container;

import java.time.Instant;

/**
 * What a container uses now, in the form of the API. Without a cgroup of its own it is the sum over its processes, as /proc tells it.
 *
 * @param time when it was measured
 * @param io null = not counted: only a cgroup counts that of processes which have ended, too
 */
public record Usage(Instant time, Cpu cpu, Memory memory, Pids pids, Io io, Network network) {
    /**
     * @param cores used since the last measurement
     * @param total seconds since the start; processes that have ended count when their parent has waited for them
     */
    public record Cpu(double cores, double total) {}

    /**
     * @param used proportional set size: memory that several processes share is counted once
     * @param limit null = none
     * @param cache null = not counted apart: only a cgroup does
     */
    public record Memory(long used, Long limit, Long cache) {}

    /** Bytes from and to disks. */
    public record Io(long read, long written) {}

    /** @param limit null = none */
    public record Pids(long current, Long limit) {}

    /**
     * Over all interfaces but loopback, since the container's network was made.
     *
     * @param received bytes
     * @param sent bytes
     */
    public record Network(long received, long sent) {
        static final Network NONE = new Network(0, 0);
    }
}
