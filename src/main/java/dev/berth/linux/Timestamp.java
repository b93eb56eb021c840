package dev.berth.linux;

import java.time.Instant;

/**
 * A file's time: seconds since 1970 and nanoseconds.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/utimensat.2.html">utimensat(2)</a>
 */
public record Timestamp(long seconds, int nanoseconds) {
    /** Leaves the time as it is (UTIME_OMIT). */
    public static final Timestamp OMIT = new Timestamp(0, (1 << 30) - 2);

    /** The kernel's present time (UTIME_NOW). */
    public static final Timestamp NOW = new Timestamp(0, (1 << 30) - 1);

    public static Timestamp of(Instant time) {
        return new Timestamp(time.getEpochSecond(), time.getNano());
    }

    public Instant toInstant() {
        return Instant.ofEpochSecond(seconds, nanoseconds);
    }
}
