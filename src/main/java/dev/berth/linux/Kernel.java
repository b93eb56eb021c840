package dev.berth.linux;

import com.sun.jna.Native;
import java.util.Arrays;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** The one place where a result of the C library becomes a value or a {@link SyscallException}. */
final class Kernel {
    private Kernel() {}

    static long check(String call, byte[] path, long result) {
        if (result < 0) {
            throw new SyscallException(call, path, lastError());
        }
        return result;
    }

    static int check(String call, byte[] path, int result) {
        if (result < 0) {
            throw new SyscallException(call, path, lastError());
        }
        return result;
    }

    static int check(String call, int fd, int result) {
        if (result < 0) {
            throw new SyscallException(call, "fd " + fd, lastError());
        }
        return result;
    }

    /** Repeats the call when a signal interrupted it. */
    static long retry(String call, int fd, LongSupplier attempt) {
        while (true) {
            long result = attempt.getAsLong();
            if (result >= 0) {
                return result;
            }
            Errno errno = lastError();
            if (errno != Errno.EINTR) {
                throw new SyscallException(call, "fd " + fd, errno);
            }
        }
    }

    /** Repeats the call when a signal interrupted it. */
    static int retry(String call, byte[] path, IntSupplier attempt) {
        while (true) {
            int result = attempt.getAsInt();
            if (result >= 0) {
                return result;
            }
            Errno errno = lastError();
            if (errno != Errno.EINTR) {
                throw new SyscallException(call, path, errno);
            }
        }
    }

    /** JNA keeps errno of the last call for each thread, before the JVM can change it. */
    static Errno lastError() {
        return Errno.of(Native.getLastError());
    }

    /** The bytes with a NUL behind them; a NUL among them would cut the name, so it is refused. */
    static byte[] cString(String call, byte[] bytes) {
        for (byte b : bytes) {
            if (b == 0) {
                throw new SyscallException(call, bytes, Errno.EINVAL);
            }
        }
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    static byte[] cString(String call, String text) {
        return cString(call, Syscalls.bytes(text));
    }
}
