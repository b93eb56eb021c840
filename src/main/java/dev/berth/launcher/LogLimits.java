package dev.berth.launcher;

/** How large a container's log may grow: {@code files} files of {@code bytes} each. */
public record LogLimits(long bytes, int files) {
    /** 3 files of 10 MiB. */
    public static final LogLimits DEFAULT = new LogLimits(10L << 20, 3);
}
