package dev.berth.network;

import dev.berth.linux.Errno;
import dev.berth.linux.Fd;
import dev.berth.linux.Poll;
import dev.berth.linux.SocketCalls.PollRequest;
import dev.berth.linux.SyscallException;
import dev.berth.linux.Syscalls;
import dev.berth.linux.UnixSocket;
import dev.berth.network.NetworkException.HelperSilent;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A unix socket that answers one request on each connection.
 *
 * @param who as in "cannot reach the container's slirp4netns"
 */
record ApiSocket(Syscalls calls, Path path, String who) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LIMIT = 1 << 20;

    /** @throws HelperSilent when nobody is there, or nobody answers */
    byte[] ask(byte[] request) {
        try (Fd connection = UnixSocket.connect(calls, path)) {
            calls.writeFully(connection.number(), request);
            calls.shutdownOutput(connection.number());
            return answer(connection);
        } catch (SyscallException e) {
            throw new HelperSilent(
                    e.is(Errno.ENOENT) || e.is(Errno.ECONNREFUSED),
                    "cannot reach the container's %s: %s"
                            .formatted(who, e.errno().text()),
                    e);
        }
    }

    private byte[] answer(Fd connection) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer part = ByteBuffer.allocate(4096);
        while (answer.size() < LIMIT) {
            if (calls.poll(List.of(new PollRequest(connection.number(), Poll.IN)), PATIENCE)
                    .isEmpty()) {
                throw new HelperSilent(
                        false,
                        "the container's %s has not answered for %d seconds".formatted(who, PATIENCE.toSeconds()),
                        null);
            }
            part.clear();
            if (calls.read(connection.number(), part) == 0) {
                break;
            }
            answer.write(part.array(), 0, part.position());
        }
        return answer.toByteArray();
    }
}
