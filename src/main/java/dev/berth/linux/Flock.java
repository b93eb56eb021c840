package dev.berth.linux;

/**
 * Operations of flock.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/flock.2.html">flock(2)</a>
 */
public final class Flock {
    public static final int SHARED = 1;
    public static final int EXCLUSIVE = 2;
    public static final int NONBLOCK = 4;
    public static final int UNLOCK = 8;

    private Flock() {}
}
