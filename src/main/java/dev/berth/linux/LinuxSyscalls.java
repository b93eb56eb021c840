package dev.berth.linux;

/** The kernel by way of the C library. Stateless; every call may come from any thread. */
final class LinuxSyscalls
        implements Syscalls, LinuxFiles, LinuxXattrs, LinuxMounts, LinuxProcesses, LinuxSockets, LinuxTerminals {
    static final Syscalls INSTANCE = new LinuxSyscalls();

    private LinuxSyscalls() {}
}
