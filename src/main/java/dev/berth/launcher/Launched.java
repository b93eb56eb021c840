package dev.berth.launcher;

import java.time.Instant;

/**
 * A program that runs.
 *
 * @param monitor the process that keeps its terminal, log and exit code
 * @param init PID 1 of the container; of an exec session its joiner, with which it ends
 * @param process the program itself
 * @param started when its exec was done
 */
public record Launched(ProcessIdentity monitor, ProcessIdentity init, ProcessIdentity process, Instant started) {}
