package dev.berth.linux;

/** Kinds of propagation, for mount_setattr. */
public final class Propagation {
    public static final long PRIVATE = 0x40000L;
    public static final long SLAVE = 0x80000L;
    public static final long UNBINDABLE = 0x20000L;
    public static final long SHARED = 0x100000L;

    private Propagation() {}
}
