package dev.berth.linux;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalInt;

/**
 * libseccomp, which compiles rules on system calls to the kernel's filter programs.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/seccomp_rule_add.3.html">seccomp_rule_add(3)</a>
 */
public final class SeccompLibrary {
    public static final int ALLOW = 0x7fff0000;
    private static final int ERRNO = 0x00050000;
    private static final int ATTRIBUTE_BAD_ARCHITECTURE = 2;
    private static final int NO_SUCH_CALL = -1;

    private SeccompLibrary() {}

    /** The action that answers a call with an error. */
    public static int errno(Errno errno) {
        return ERRNO | errno.number();
    }

    /** The number of a call on this machine; empty when this version of the library does not know the name. */
    public static OptionalInt resolve(String name) {
        int number = load(() -> Library.seccomp_syscall_resolve_name(Kernel.cString("seccomp", name)));
        return number == NO_SUCH_CALL ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /**
     * An empty filter for this machine's architecture.
     *
     * @param otherwise the action for calls without a rule, and for calls of architectures that are not added
     */
    public static Filter filter(int otherwise) {
        Pointer context = load(() -> Library.seccomp_init(otherwise));
        if (context == null) {
            throw new SyscallException("seccomp_init", "", Errno.ENOMEM);
        }
        Filter filter = new Filter(context);
        check("seccomp_attr_set", Library.seccomp_attr_set(context, ATTRIBUTE_BAD_ARCHITECTURE, otherwise));
        return filter;
    }

    private interface Use<T> {
        T get();
    }

    private static <T> T load(Use<T> use) {
        try {
            return use.get();
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new LibraryMissing("libseccomp.so.2", "libseccomp2", e);
        }
    }

    private static void check(String call, int result) {
        if (result < 0) {
            throw new SyscallException(call, "", Errno.of(-result));
        }
    }

    /** Which value of an argument a rule is for; the order is the library's. */
    public enum Comparison {
        NOT_EQUAL(1),
        EQUAL(4),
        /** (argument and {@code a}) equals {@code b}. */
        MASKED_EQUAL(7);

        final int number;

        Comparison(int number) {
            this.number = number;
        }
    }

    /** A condition on the argument with this index. */
    public record Condition(int argument, Comparison comparison, long a, long b) {}

    /** A filter in the making. Not for several threads. */
    public static final class Filter implements AutoCloseable {
        private static final int CONDITION_SIZE = 24;

        private final Pointer context;

        private Filter(Pointer context) {
            this.context = context;
        }

        /** Adds an architecture by its AUDIT_ARCH number; rules that come later are for it too. */
        public void addArchitecture(int audit) {
            check("seccomp_arch_add", Library.seccomp_arch_add(context, audit));
        }

        /** Adds a rule: this action when all the conditions hold. */
        public void add(int action, int call, List<Condition> conditions) {
            ByteBuffer array =
                    ByteBuffer.allocate(CONDITION_SIZE * conditions.size()).order(ByteOrder.nativeOrder());
            conditions.forEach(c -> array.putInt(c.argument())
                    .putInt(c.comparison().number)
                    .putLong(c.a())
                    .putLong(c.b()));
            check(
                    "seccomp_rule_add",
                    Library.seccomp_rule_add_array(context, action, call, conditions.size(), array.array()));
        }

        /** The program: an array of struct sock_filter in this machine's byte order. */
        public byte[] export(Syscalls calls) {
            try (Fd fd = new Fd(calls, calls.memfdCreate("seccomp", 0))) {
                check("seccomp_export_bpf", Library.seccomp_export_bpf(context, fd.number()));
                ByteBuffer program =
                        ByteBuffer.allocate((int) calls.fstat(fd.number()).size());
                while (program.hasRemaining() && calls.pread(fd.number(), program, program.position()) > 0) {
                    continue;
                }
                return program.array();
            }
        }

        @Override
        public void close() {
            Library.seccomp_release(context);
        }
    }

    private static final class Library {
        static {
            SharedObject.bind(Library.class, "libseccomp.so.2");
        }

        static native Pointer seccomp_init(int action);

        static native void seccomp_release(Pointer context);

        static native int seccomp_attr_set(Pointer context, int attribute, int value);

        static native int seccomp_arch_add(Pointer context, int architecture);

        static native int seccomp_syscall_resolve_name(byte[] name);

        static native int seccomp_rule_add_array(Pointer context, int action, int call, int conditions, byte[] array);

        static native int seccomp_export_bpf(Pointer context, int fd);
    }
}
