package dev.berth.container;

/**
 * What a program that was waited for has written.
 *
 * @param truncated whether a stream was cut
 */
public record ExecResult(int exitCode, String stdout, String stderr, boolean truncated) {}
