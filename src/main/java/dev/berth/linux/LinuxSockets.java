package dev.berth.linux;

import static dev.berth.linux.Kernel.check;
import static dev.berth.linux.Kernel.retry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

interface LinuxSockets extends SocketCalls {
    int AF_UNIX = 1;
    int AF_INET = 2;
    int SOCK_DGRAM = 2;
    int IPPROTO_ICMP = 1;
    int SOCK_CLOEXEC = 02000000;
    int MSG_NOSIGNAL = 0x4000;
    int MSG_CMSG_CLOEXEC = 0x40000000;
    int SHUT_WR = 1;
    int SHUT_RDWR = 2;
    int BACKLOG = 64;

    @Override
    default int[] socketpair(SocketType type) {
        int[] pair = new int[2];
        check("socketpair", (byte[]) null, LibC.socketpair(AF_UNIX, type.number | SOCK_CLOEXEC, 0, pair));
        return pair;
    }

    @Override
    default int unixSocket(SocketType type) {
        return check("socket", (byte[]) null, LibC.socket(AF_UNIX, type.number | SOCK_CLOEXEC, 0));
    }

    @Override
    default int pingSocket() {
        return check("socket", (byte[]) null, LibC.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP));
    }

    @Override
    default void connect(int socket, byte[] path) {
        byte[] address = address("connect", path);
        retry("connect", path, () -> LibC.connect(socket, address, address.length));
    }

    @Override
    default void bindAndListen(int socket, byte[] path) {
        byte[] address = address("bind", path);
        check("bind", path, LibC.bind(socket, address, address.length));
        check("listen", path, LibC.listen(socket, BACKLOG));
    }

    private static byte[] address(String call, byte[] path) {
        byte[] name = Kernel.cString(call, path);
        if (name.length > 108) {
            throw new SyscallException(call, path, Errno.ENAMETOOLONG);
        }
        ByteBuffer address = ByteBuffer.allocate(2 + name.length).order(ByteOrder.nativeOrder());
        return address.putShort((short) AF_UNIX).put(name).array();
    }

    @Override
    default int accept(int socket) {
        return (int) retry("accept4", socket, () -> LibC.accept4(socket, null, null, SOCK_CLOEXEC));
    }

    @Override
    default void shutdownOutput(int socket) {
        check("shutdown", socket, LibC.shutdown(socket, SHUT_WR));
    }

    @Override
    default void shutdown(int socket) {
        check("shutdown", socket, LibC.shutdown(socket, SHUT_RDWR));
    }

    @Override
    default int sendmsg(int socket, ByteBuffer bytes, List<Integer> descriptors) {
        return Buffers.from(bytes, (memory, length) -> {
            try (MessageHeader header = MessageHeader.sending(memory, length, descriptors)) {
                return retry("sendmsg", socket, () -> LibC.sendmsg(socket, header.pointer(), MSG_NOSIGNAL));
            }
        });
    }

    @Override
    default Received recvmsg(int socket, ByteBuffer into, int most) {
        List<Integer> descriptors = new ArrayList<>();
        int bytes = Buffers.into(into, (memory, length) -> {
            try (MessageHeader header = MessageHeader.receiving(memory, length, most)) {
                long received =
                        retry("recvmsg", socket, () -> LibC.recvmsg(socket, header.pointer(), MSG_CMSG_CLOEXEC));
                descriptors.addAll(header.descriptors());
                return received;
            }
        });
        return new Received(bytes, List.copyOf(descriptors));
    }

    @Override
    default List<PollResult> poll(List<PollRequest> requests, Duration timeout) {
        ByteBuffer descriptors = ByteBuffer.allocate(8 * requests.size()).order(ByteOrder.nativeOrder());
        requests.forEach(
                r -> descriptors.putInt(r.fd()).putShort((short) r.events()).putShort((short) 0));
        long end = timeout == null ? 0 : System.nanoTime() + timeout.toNanos();
        while (true) {
            int milliseconds =
                    timeout == null ? -1 : (int) Math.max(0, (end - System.nanoTime() + 999_999) / 1_000_000);
            int ready = LibC.poll(descriptors.array(), requests.size(), milliseconds);
            if (ready == 0) {
                return List.of();
            }
            if (ready > 0) {
                return results(requests, descriptors);
            }
            if (Kernel.lastError() != Errno.EINTR) {
                throw new SyscallException("poll", "", Kernel.lastError());
            }
        }
    }

    private static List<PollResult> results(List<PollRequest> requests, ByteBuffer descriptors) {
        List<PollResult> results = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            results.add(new PollResult(requests.get(i).fd(), descriptors.getShort(8 * i + 6) & 0xffff));
        }
        return List.copyOf(results);
    }
}
