package dev.berth.launcher;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The kernel's capabilities in the order of their numbers.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</a>
 */
public enum Capability {
    CHOWN,
    DAC_OVERRIDE,
    DAC_READ_SEARCH,
    FOWNER,
    FSETID,
    KILL,
    SETGID,
    SETUID,
    SETPCAP,
    LINUX_IMMUTABLE,
    NET_BIND_SERVICE,
    NET_BROADCAST,
    NET_ADMIN,
    NET_RAW,
    IPC_LOCK,
    IPC_OWNER,
    SYS_MODULE,
    SYS_RAWIO,
    SYS_CHROOT,
    SYS_PTRACE,
    SYS_PACCT,
    SYS_ADMIN,
    SYS_BOOT,
    SYS_NICE,
    SYS_RESOURCE,
    SYS_TIME,
    SYS_TTY_CONFIG,
    MKNOD,
    LEASE,
    AUDIT_WRITE,
    AUDIT_CONTROL,
    SETFCAP,
    MAC_OVERRIDE,
    MAC_ADMIN,
    SYSLOG,
    WAKE_ALARM,
    BLOCK_SUSPEND,
    AUDIT_READ,
    PERFMON,
    BPF,
    CHECKPOINT_RESTORE;

    /** {@code NET_RAW}, {@code cap_net_raw}, {@code CAP_NET_RAW}: all the same. */
    public static Optional<Capability> parse(String name) {
        String upper = name.trim().toUpperCase(Locale.ROOT);
        String plain = upper.startsWith("CAP_") ? upper.substring("CAP_".length()) : upper;
        return Arrays.stream(values()).filter(c -> c.name().equals(plain)).findFirst();
    }

    /** The bit in a capability set. */
    public long bit() {
        return 1L << ordinal();
    }
}
