package dev.berth.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The fixtures do what the tests rely on. */
class FixturesIT {
    @Test
    void theHostOutsideEchoesAndKnowsItsName() throws Exception {
        TestHost host = TestHost.needed();
        byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
        try (Socket tcp = new Socket()) {
            tcp.connect(new InetSocketAddress(host.address(), TestHost.ECHO), 5000);
            tcp.getOutputStream().write(hello);
            tcp.shutdownOutput();
            assertArrayEquals(hello, tcp.getInputStream().readAllBytes());
        }
        try (DatagramSocket udp = new DatagramSocket()) {
            udp.setSoTimeout(Await.millis(5000));
            udp.send(new DatagramPacket(hello, hello.length, InetAddress.getByName(host.address()), TestHost.ECHO));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            udp.receive(answer);
            assertEquals(hello.length, answer.getLength());
        }
        assertEquals(host.nameAddress(), InetAddress.getByName(host.name()).getHostAddress());
    }
}
