package dev.berth.linux;

/**
 * Flags of open_tree, together with those of {@link At}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/open_tree.2.html">open_tree(2)</a>
 */
public final class OpenTree {
    public static final int CLONE = 1;
    public static final int CLOEXEC = Open.CLOEXEC;

    private OpenTree() {}
}
