package dev.berth.container;

/**
 * What a program said that was run to its end.
 *
 * @param truncated more than 16 MiB were written to one of the streams
 */
public record ExecResult(int exitCode, String stdout, String stderr, boolean truncated) {}
