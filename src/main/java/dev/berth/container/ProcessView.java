package dev.berth.container;

/**
 * A process of a container as the API shows it.
 *
 * @param pid as the service sees it
 * @param containerPid as the container sees it
 * @param uid in the container
 * @param state a letter, as ps has it: R, S, D, T, Z
 * @param cpu seconds, with those of children that it waited for
 * @param memory bytes, where shared ones are counted once
 */
public record ProcessView(int pid, int containerPid, long uid, String state, double cpu, long memory, String command) {}
