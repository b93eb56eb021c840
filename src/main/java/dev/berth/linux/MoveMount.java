package dev.berth.linux;

/**
 * Flags of move_mount.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/move_mount.2.html">move_mount(2)</a>
 */
public final class MoveMount {
    public static final int F_EMPTY_PATH = 0x04;
    public static final int T_EMPTY_PATH = 0x40;

    private MoveMount() {}
}
