package dev.berth.launcher;

import dev.berth.linux.TerminalSize;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The frames of a monitor's socket: u32 length of what follows, u8 type, payload; big-endian. See docs/handshake.md. */
final class MonitorFrame {
    static final int MAX_INPUT = 16 * 1024;
    /** What this service speaks; a monitor of version 1 tells nothing of its network. */
    static final int VERSION = 2;

    private static final int OLDEST = 1;

    static final int HELLO = 1;
    static final int INPUT = 2;
    static final int END_INPUT = 3;
    static final int RESIZE = 4;
    static final int SIGNAL = 5;
    static final int READ = 6;
    static final int AWAIT = 7;
    static final int APPENDED = 16;
    static final int EXITED = 17;
    static final int REFUSED = 18;
    static final int NETWORK = 19;

    private static final int MAX_FRAME = 64 * 1024;

    private MonitorFrame() {}

    static ByteBuffer hello() {
        return start(HELLO, 4).putInt(VERSION).flip();
    }

    static ByteBuffer input(byte[] bytes, int offset, int length) {
        return start(INPUT, length).put(bytes, offset, length).flip();
    }

    static ByteBuffer endInput() {
        return start(END_INPUT, 0).flip();
    }

    static ByteBuffer resize(TerminalSize size) {
        return start(RESIZE, 4)
                .putShort((short) size.columns())
                .putShort((short) size.rows())
                .flip();
    }

    static ByteBuffer signal(int number) {
        return start(SIGNAL, 4).putInt(number).flip();
    }

    static ByteBuffer read(long offset) {
        return start(READ, 8).putLong(offset).flip();
    }

    static ByteBuffer await(long offset) {
        return start(AWAIT, 8).putLong(offset).flip();
    }

    private static ByteBuffer start(int type, int payload) {
        return ByteBuffer.allocate(5 + payload).putInt(1 + payload).put((byte) type);
    }

    /** Puts the frames of a stream together and tells the listener what they say. */
    static final class Parser {
        private final MonitorClient.Listener listener;
        private final ByteBuffer pending = ByteBuffer.allocate(MAX_FRAME + 4);

        Parser(MonitorClient.Listener listener) {
            this.listener = listener;
        }

        void take(ByteBuffer part) {
            while (part.hasRemaining()) {
                int length = Math.min(part.remaining(), pending.remaining());
                pending.put(part.slice(part.position(), length));
                part.position(part.position() + length);
                pending.flip();
                while (pending.remaining() >= 4 && pending.remaining() >= 4 + frameLength()) {
                    int frame = pending.getInt();
                    dispatch(pending.slice(pending.position(), frame));
                    pending.position(pending.position() + frame);
                }
                pending.compact();
            }
        }

        private int frameLength() {
            int length = pending.getInt(pending.position());
            if (length < 1 || length > MAX_FRAME) {
                throw new MonitorGone("the monitor sent a frame of %d bytes".formatted(length), null);
            }
            return length;
        }

        private void hello(ByteBuffer frame) {
            int version = frame.getInt();
            if (version < OLDEST) {
                throw new MonitorGone("the monitor speaks version %d of its protocol".formatted(version), null);
            }
            listener.appended(frame.getLong());
        }

        private void network(ByteBuffer frame) {
            NetworkState state = NetworkState.of(frame.get() & 0xff);
            if (state != null) {
                listener.network(state);
            }
        }

        /** A type that this version does not know comes from a newer monitor and is passed over. */
        private void dispatch(ByteBuffer frame) {
            int type = frame.get() & 0xff;
            switch (type) {
                case HELLO -> hello(frame);
                case APPENDED -> listener.appended(frame.getLong());
                case EXITED -> listener.exited(frame.getInt(), frame.getInt(), frame.getLong());
                case REFUSED ->
                    listener.refused(StandardCharsets.UTF_8.decode(frame).toString());
                case NETWORK -> network(frame);
                default -> {
                    return;
                }
            }
        }
    }
}
