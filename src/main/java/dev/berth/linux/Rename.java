package dev.berth.linux;

/**
 * Flags of renameat2.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/renameat2.2.html">renameat2(2)</a>
 */
public final class Rename {
    public static final int NOREPLACE = 1;
    public static final int EXCHANGE = 2;
    public static final int WHITEOUT = 4;

    private Rename() {}
}
