package dev.berth.files;

import dev.berth.linux.Fd;
import dev.berth.linux.Syscalls;
import java.util.Set;

/**
 * File systems whose files are answers of the kernel: without an honest size, some without an end, and of no meaning elsewhere.
 *
 * @see <a href="https://github.com/torvalds/linux/blob/master/include/uapi/linux/magic.h">linux/magic.h</a>
 */
final class KernelFileSystems {
    private static final Set<Long> MAGIC = Set.of(
            0x9fa0L, // proc
            0x62656572L, // sysfs
            0x27e0ebL, // cgroup
            0x63677270L, // cgroup2
            0x1cd1L, // devpts
            0x19800202L, // mqueue
            0x64626720L, // debugfs
            0x74726163L, // tracefs
            0x73636673L, // securityfs
            0xcafe4a11L, // bpf
            0x6165676cL, // pstore
            0xde5e81e4L, // efivarfs
            0x62656570L, // configfs
            0x42494e4dL, // binfmt_misc
            0x6e736673L); // nsfs

    private KernelFileSystems() {}

    static boolean holds(Syscalls calls, Fd handle) {
        return MAGIC.contains(calls.fstatfs(handle.number()).type());
    }
}
