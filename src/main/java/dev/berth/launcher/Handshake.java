package dev.berth.launcher;

import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Poll;
import dev.berth.linux.SocketCalls.PollRequest;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The service's side of a start: what the monitor says until the program runs. docs/handshake.md draws it. */
final class Handshake {
    private static final int LARGEST = 16 * 1024;

    private final Syscalls calls;
    private final Fd socket;

    Handshake(Syscalls calls, Fd socket) {
        this.calls = calls;
        this.socket = socket;
    }

    /** What the monitor says; one type for each arrow. */
    sealed interface Message {
        /** The namespaces are there; for a session, {@code init} is the process that joined them. */
        record Spawned(ProcessIdentity monitor, ProcessIdentity init) implements Message {}

        /** The program runs. */
        record Execed(ProcessIdentity process) implements Message {}

        /** A step failed; everything is undone. */
        record Failed(String step, String target, Errno errno) implements Message {}

        /** The monitor is gone, or says nothing. */
        record Lost(Errno errno) implements Message {}

        static Message parse(String text) {
            String[] fields = text.split("\0", -1);
            return switch (fields[0]) {
                case "spawned" -> new Spawned(identity(fields, 1), identity(fields, 3));
                case "execed" -> new Execed(identity(fields, 1));
                case "failed" -> new Failed(fields[1], fields[2], Errno.of(Integer.parseInt(fields[3])));
                default -> throw new IllegalArgumentException("unknown message " + fields[0]);
            };
        }

        private static ProcessIdentity identity(String[] fields, int at) {
            return new ProcessIdentity(Integer.parseInt(fields[at]), Long.parseLong(fields[at + 1]));
        }
    }

    /** The next message; {@link Message.Lost} when the monitor is gone, or has said nothing for this long. */
    Message next(Duration patience) {
        if (calls.poll(List.of(new PollRequest(socket.number(), Poll.IN)), patience)
                .isEmpty()) {
            return new Message.Lost(Errno.ETIMEDOUT);
        }
        ByteBuffer packet = ByteBuffer.allocate(LARGEST);
        try {
            if (calls.recvmsg(socket.number(), packet, 0).bytes() == 0) {
                return new Message.Lost(Errno.EPIPE);
            }
        } catch (SyscallException e) {
            if (e.is(Errno.ECONNRESET)) {
                return new Message.Lost(Errno.EPIPE);
            }
            throw e;
        }
        return Message.parse(new String(packet.array(), 0, packet.position(), StandardCharsets.UTF_8));
    }
}
