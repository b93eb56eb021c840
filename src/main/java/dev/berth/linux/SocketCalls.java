package dev.berth.linux;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** Unix sockets and waiting for descriptors. */
public interface SocketCalls {
    /** As <a href="https://man7.org/linux/man-pages/man2/socketpair.2.html">socketpair(2)</a>. */
    int[] socketpair(SocketType type);

    /**
     * A unix socket that is connected to nothing.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/socket.2.html">socket(2)</a>
     */
    int unixSocket(SocketType type);

    /**
     * A socket for pings, which net.ipv4.ping_group_range allows a group or does not.
     *
     * @see <a href="https://man7.org/linux/man-pages/man7/icmp.7.html">icmp(7)</a>
     */
    int pingSocket();

    /**
     * @param path at most 107 bytes
     * @see <a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>
     */
    void connect(int socket, byte[] path);

    /**
     * Binds and listens.
     *
     * @param path at most 107 bytes
     */
    void bindAndListen(int socket, byte[] path);

    /** As <a href="https://man7.org/linux/man-pages/man2/accept4.2.html">accept4(2)</a>. */
    int accept(int socket);

    /**
     * Says that nothing more will be written.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/shutdown.2.html">shutdown(2)</a>
     */
    void shutdownOutput(int socket);

    /** Wakes every reader and writer of the socket. */
    void shutdown(int socket);

    /**
     * Sends bytes and descriptors as one message; a peer that is gone is {@link Errno#EPIPE}, never a signal.
     *
     * @return bytes sent
     * @see <a href="https://man7.org/linux/man-pages/man2/sendmsg.2.html">sendmsg(2)</a>
     */
    int sendmsg(int socket, ByteBuffer bytes, List<Integer> descriptors);

    /**
     * Receives bytes and up to {@code most} descriptors (close-on-exec).
     *
     * @return the number of bytes, 0 at the end, and the descriptors
     * @see <a href="https://man7.org/linux/man-pages/man2/recvmsg.2.html">recvmsg(2)</a>
     */
    Received recvmsg(int socket, ByteBuffer into, int most);

    /**
     * Waits until one of the descriptors has one of its events.
     *
     * @param timeout null = for ever
     * @return what happened to each, in order; empty when the time is over
     * @see <a href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</a>
     */
    List<PollResult> poll(List<PollRequest> requests, Duration timeout);

    /** What {@link #recvmsg} brought. */
    record Received(int bytes, List<Integer> descriptors) {}

    /** A descriptor and the events of {@link Poll} to wait for. */
    record PollRequest(int fd, int events) {}

    /** A descriptor and the events of {@link Poll} that it has; 0 = none. */
    record PollResult(int fd, int events) {}

    /** The kinds of unix socket. */
    enum SocketType {
        STREAM(1),
        SEQPACKET(5);

        final int number;

        SocketType(int number) {
            this.number = number;
        }
    }
}
