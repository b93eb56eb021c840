package dev.berth.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;

/**
 * struct msghdr with one piece of bytes and room for descriptors, as 64-bit Linux lays it out.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/cmsg.3.html">cmsg(3)</a>
 */
final class MessageHeader implements AutoCloseable {
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int HEADER = 56;
    private static final int VECTOR = 16;
    private static final int CONTROL_HEADER = 16;

    private final Memory memory;

    private MessageHeader(Pointer bytes, long length, int descriptors) {
        long control = descriptors == 0 ? 0 : CONTROL_HEADER + (descriptors * 4L + 7) / 8 * 8;
        memory = new Memory(HEADER + VECTOR + control);
        memory.clear();
        memory.setPointer(16, memory.share(HEADER));
        memory.setLong(24, 1);
        memory.setPointer(HEADER, bytes);
        memory.setLong(HEADER + 8L, length);
        if (descriptors > 0) {
            memory.setPointer(32, memory.share(HEADER + VECTOR));
            memory.setLong(40, control);
        }
    }

    static MessageHeader sending(Pointer bytes, long length, List<Integer> descriptors) {
        MessageHeader header = new MessageHeader(bytes, length, descriptors.size());
        if (!descriptors.isEmpty()) {
            long control = HEADER + VECTOR;
            header.memory.setLong(control, CONTROL_HEADER + descriptors.size() * 4L);
            header.memory.setInt(control + 8, SOL_SOCKET);
            header.memory.setInt(control + 12, SCM_RIGHTS);
            for (int i = 0; i < descriptors.size(); i++) {
                header.memory.setInt(control + CONTROL_HEADER + 4L * i, descriptors.get(i));
            }
        }
        return header;
    }

    static MessageHeader receiving(Pointer bytes, long length, int descriptors) {
        return new MessageHeader(bytes, length, descriptors);
    }

    /** The descriptors that came; to be asked after recvmsg. */
    List<Integer> descriptors() {
        List<Integer> descriptors = new ArrayList<>();
        long control = HEADER + VECTOR;
        if (memory.getLong(40) < CONTROL_HEADER
                || memory.getInt(control + 8) != SOL_SOCKET
                || memory.getInt(control + 12) != SCM_RIGHTS) {
            return descriptors;
        }
        long count = (memory.getLong(control) - CONTROL_HEADER) / 4;
        for (int i = 0; i < count; i++) {
            descriptors.add(memory.getInt(control + CONTROL_HEADER + 4L * i));
        }
        return descriptors;
    }

    Pointer pointer() {
        return memory;
    }

    @Override
    public void close() {
        memory.close();
    }
}
