package dev.berth.container;

import dev.berth.launcher.LogEntry;
import java.io.ByteArrayOutputStream;

/** Small writes of one stream put together, so that a viewer gets few large pieces and not many small ones. */
final class Coalesced {
    private static final int MOST = 32 * 1024;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean stderr;

    /** Takes it, unless what is held is of the other stream or would grow too large: false = take what is held first. */
    boolean add(LogEntry.Output output) {
        boolean other = stderr != (output.stream() == LogEntry.Stream.STDERR);
        if (bytes.size() > 0 && (other || bytes.size() + output.bytes().length > MOST)) {
            return false;
        }
        stderr = output.stream() == LogEntry.Stream.STDERR;
        bytes.writeBytes(output.bytes());
        return true;
    }

    boolean isEmpty() {
        return bytes.size() == 0;
    }

    boolean isStderr() {
        return stderr;
    }

    /** What is held, which is held no longer. */
    byte[] take() {
        byte[] taken = bytes.toByteArray();
        bytes.reset();
        return taken;
    }
}
