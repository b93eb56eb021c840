package dev.berth.launcher;

import dev.berth.linux.Errno;
import dev.berth.linux.SeccompLibrary;
import dev.berth.linux.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compiles the policy to the kernel's filter program. Compiling takes milliseconds (20 ms the first time), so a program
 * is made once for each set of capabilities.
 */
public final class Seccomp {
    private static final int AUDIT_X86 = 0x40000003;
    private static final int AUDIT_ARM = 0x40000028;

    private static final Errno OTHERWISE = Errno.ENOSYS;

    private final Syscalls calls;
    private final SeccompPolicy policy;
    private final boolean arm;
    private final Map<CapabilitySet, byte[]> programs = new ConcurrentHashMap<>();

    public Seccomp(Syscalls calls) {
        this(calls, SeccompPolicy.load(), "aarch64".equals(System.getProperty("os.arch")));
    }

    Seccomp(Syscalls calls, SeccompPolicy policy, boolean arm) {
        this.calls = calls;
        this.policy = policy;
        this.arm = arm;
    }

    /**
     * The program for a container with these capabilities: an array of struct sock_filter. The array is shared: do not
     * write to it.
     */
    public byte[] program(CapabilitySet capabilities) {
        return programs.computeIfAbsent(capabilities, this::compile);
    }

    private byte[] compile(CapabilitySet capabilities) {
        try (SeccompLibrary.Filter filter = SeccompLibrary.filter(SeccompLibrary.errno(OTHERWISE))) {
            filter.addArchitecture(arm ? AUDIT_ARM : AUDIT_X86);
            policy.rulesFor(capabilities).forEach(rule -> add(filter, rule));
            byte[] guard = ArgumentGuard.program(arm);
            byte[] rules = filter.export(calls);
            return ByteBuffer.allocate(guard.length + rules.length)
                    .order(ByteOrder.nativeOrder())
                    .put(guard)
                    .put(rules)
                    .array();
        }
    }

    /** A call that the library is too old to know keeps the default answer, ENOSYS, as on an old kernel. */
    private static void add(SeccompLibrary.Filter filter, SeccompRule rule) {
        if (rule.error().equals(Optional.of(OTHERWISE))) {
            return; // the library refuses a rule that says what holds anyway; the policy still may say it
        }
        int action = rule.error().map(SeccompLibrary::errno).orElse(SeccompLibrary.ALLOW);
        for (String call : rule.calls()) {
            SeccompLibrary.resolve(call).ifPresent(number -> filter.add(action, number, rule.conditions()));
        }
    }
}
