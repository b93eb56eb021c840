package dev.berth.linux;

/**
 * From where lseek counts, or what it looks for.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/lseek.2.html">lseek(2)</a>
 */
public final class Seek {
    public static final int SET = 0;
    /** The next byte that is no hole's; {@link Errno#ENXIO} when there is none. */
    public static final int DATA = 3;
    /** The next hole; the end of the file is one. */
    public static final int HOLE = 4;

    private Seek() {}
}
