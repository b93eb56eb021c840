package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** What a client on this machine finds at a forwarded port. */
final class Wire {
    static final String LOOPBACK = "127.0.0.1";

    private static final int PATIENCE_MILLIS = 5000;

    private Wire() {}

    /** All that a TCP server says to somebody who sends this and then nothing more. */
    static String ask(String host, int port, String question) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(question.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** The answer to one datagram. */
    static String askUdp(String host, int port, String question) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            byte[] bytes = question.getBytes(StandardCharsets.US_ASCII);
            socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName(host), port));
            DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
        }
    }

    /** Whether a web server answers there: slirp4netns takes connections though nobody listens behind it. */
    static boolean servesPages(int port) throws IOException {
        return ask(LOOPBACK, port, "GET / HTTP/1.0\r\n\r\n").startsWith("HTTP/1.");
    }

    static void refuses(int port) {
        assertThrows(ConnectException.class, () -> ask(LOOPBACK, port, ""));
    }

    /** Anybody can have the port, at every address and at once. */
    static void isFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // connections that were just closed keep nobody away
            socket.bind(new InetSocketAddress(port));
        }
        new DatagramSocket(port).close();
    }
}
