package dev.berth.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * Brings byte buffers to the kernel: direct ones as they are, those on the heap by way of a piece of native memory that
 * each thread keeps, so that no call pins or copies a whole array.
 */
final class Buffers {
    private static final int SCRATCH = 1 << 16;
    private static final ThreadLocal<Memory> MEMORY = ThreadLocal.withInitial(() -> new Memory(SCRATCH));

    private Buffers() {}

    /** A transfer between native memory and a descriptor; its result is the number of bytes. */
    interface Transfer {
        long apply(Pointer memory, long length);
    }

    /** Lets the transfer read from the buffer, and advances its position. */
    static int from(ByteBuffer buffer, Transfer transfer) {
        int position = buffer.position();
        int length;
        Pointer memory;
        if (buffer.isDirect()) {
            length = buffer.remaining();
            memory = Native.getDirectBufferPointer(buffer).share(position);
        } else {
            length = Math.min(SCRATCH, buffer.remaining());
            byte[] bytes = new byte[0];
            int offset = 0;
            if (buffer.hasArray()) {
                bytes = buffer.array();
                offset = buffer.arrayOffset() + position;
            } else {
                bytes = new byte[length];
                buffer.duplicate().get(bytes);
            }
            memory = MEMORY.get();
            memory.write(0, bytes, offset, length);
        }
        int done = (int) transfer.apply(memory, length);
        buffer.position(position + done);
        return done;
    }

    /** Lets the transfer write into the buffer, and advances its position. */
    static int into(ByteBuffer buffer, Transfer transfer) {
        int position = buffer.position();
        if (buffer.isDirect()) {
            Pointer memory = Native.getDirectBufferPointer(buffer).share(position);
            int done = (int) transfer.apply(memory, buffer.remaining());
            buffer.position(position + done);
            return done;
        }
        Memory memory = MEMORY.get();
        int done = (int) transfer.apply(memory, Math.min(SCRATCH, buffer.remaining()));
        buffer.put(memory.getByteArray(0, done));
        return done;
    }
}
