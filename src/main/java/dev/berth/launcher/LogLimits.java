package dev.berth.launcher;

/**
 * How large a container's log may grow: {@code files} files of {@code bytes} each.
 *
 * @param reader whether somebody comes with the start who {@linkplain MonitorClient#await is awaited}: the program waits for that one, a
 *     few seconds at most, before the log would lose anything
 */
public record LogLimits(long bytes, int files, boolean reader) {
    /** 3 files of 10 MiB. */
    public static final LogLimits DEFAULT = new LogLimits(10L << 20, 3, false);

    public LogLimits forReader(boolean comes) {
        return new LogLimits(bytes, files, comes);
    }
}
