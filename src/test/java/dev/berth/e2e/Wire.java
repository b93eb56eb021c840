package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a client on this machine finds at a forwarded port. */
final class Wire {
    static final String LOOPBACK = "127.0.0.1";

    /** How often a question is asked that may be lost. */
    private static final int DATAGRAMS = 10;

    private static final int PATIENCE_MILLIS = 5000;
    private static final String LISTENS = "0A";

    private Wire() {}

    /** All that a TCP server says to somebody who sends this and then nothing more. */
    static String ask(String host, int port, String question) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), Await.millis(PATIENCE_MILLIS));
            socket.setSoTimeout(Await.millis(PATIENCE_MILLIS));
            socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** The answer to one datagram. */
    static String askUdp(String host, int port, String question) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            // Connected, it is told where nobody listens.
            socket.connect(InetAddress.getByName(host), port);
            socket.setSoTimeout(Await.millis(PATIENCE_MILLIS) / DATAGRAMS);
            byte[] bytes = question.getBytes(StandardCharsets.US_ASCII);
            DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
            for (int sent = 1; ; sent++) {
                socket.send(new DatagramPacket(bytes, bytes.length));
                try {
                    socket.receive(answer);
                    return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
                } catch (SocketTimeoutException lost) {
                    if (sent == DATAGRAMS) {
                        throw lost;
                    }
                }
            }
        }
    }

    /** Whether a web server answers there: slirp4netns takes connections though nobody listens behind it. */
    static boolean servesPages(int port) throws IOException {
        return ask(LOOPBACK, port, "GET / HTTP/1.0\r\n\r\n").startsWith("HTTP/1.");
    }

    static void refuses(int port) {
        assertThrows(ConnectException.class, () -> ask(LOOPBACK, port, ""));
    }

    /**
     * Anybody can have the port of this protocol, at every address and at once. An outgoing connection of a stranger may
     * have been given the same number by the kernel since: it keeps others away for its time, and is nobody's forward.
     */
    static void isFree(String protocol, int port) throws IOException {
        if (protocol.equals("udp")) {
            new DatagramSocket(port).close();
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // connections that were just closed keep nobody away
            socket.bind(new InetSocketAddress(port));
        } catch (BindException taken) {
            if (isListenedAt(port)) {
                throw taken;
            }
        }
    }

    /** By the kernel's tables of sockets, proc_pid_net(5): the local address is the second column, the state the fourth. */
    private static boolean isListenedAt(int port) throws IOException {
        String local = String.format(":%04X", port);
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] columns = line.strip().split("\\s+");
                if (columns[1].endsWith(local) && columns[3].equals(LISTENS)) {
                    return true;
                }
            }
        }
        return false;
    }
}
