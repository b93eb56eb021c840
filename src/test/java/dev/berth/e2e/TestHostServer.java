package dev.berth.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;

/**
 * What the test host serves in its network namespace: echo on TCP and UDP port 7, and a name server that knows one name. A program of
 * its own, started by {@code src/test/sh/test-host.bash}.
 */
public final class TestHostServer {
    /** The one name, and the address it has. */
    public static final String NAME = "host.berth.test";

    public static final byte[] ADDRESS = {(byte) 198, 51, 100, 77};
    private static final int ECHO = 7;
    private static final int DNS = 53;

    private TestHostServer() {}

    /** @param arguments the address to serve at, which may still be on its way */
    public static void main(String[] arguments) throws Exception {
        InetAddress address = InetAddress.getByName(arguments[0]);
        DatagramSocket echo = waitingFor(() -> new DatagramSocket(ECHO, address));
        DatagramSocket names = waitingFor(() -> new DatagramSocket(DNS, address));
        ServerSocket tcp = waitingFor(() -> new ServerSocket(ECHO, 50, address));
        thread(() -> packets(echo, packet -> packet));
        thread(() -> packets(names, TestHostServer::answer));
        System.out.println("ready");
        while (true) {
            Socket client = tcp.accept();
            thread(() -> echo(client));
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void thread(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException gone) {
                return;
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static <T> T waitingFor(Callable<T> bind) throws Exception {
        for (int attempt = 0; ; attempt++) {
            try {
                return bind.call();
            } catch (IOException notYet) {
                if (attempt == 100) {
                    throw notYet;
                }
                Thread.sleep(100);
            }
        }
    }

    private static void echo(Socket client) throws IOException {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        }
    }

    private interface Reply {
        ByteBuffer to(ByteBuffer request);
    }

    private static void packets(DatagramSocket socket, Reply reply) throws IOException {
        while (true) {
            DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
            socket.receive(packet);
            ByteBuffer answer = reply.to(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
            byte[] bytes = new byte[answer.remaining()];
            answer.get(bytes);
            socket.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
        }
    }

    /** The question again, with one address for {@link #NAME} of type A, and "no such name" for every other. */
    static ByteBuffer answer(ByteBuffer request) {
        int end = 12;
        StringBuilder name = new StringBuilder();
        for (int length = request.get(end); length > 0; length = request.get(end)) {
            for (int i = 1; i <= length; i++) {
                name.append((char) request.get(end + i));
            }
            name.append('.');
            end += 1 + length;
        }
        boolean known = name.toString().equalsIgnoreCase(NAME + ".");
        boolean address = request.getShort(end + 1) == 1;
        ByteBuffer answer = ByteBuffer.allocate(512);
        answer.putShort(request.getShort(0))
                .putShort((short) (known ? 0x8180 : 0x8183))
                .putShort((short) 1)
                .putShort((short) (known && address ? 1 : 0))
                .putInt(0);
        for (int i = 12; i < end + 5; i++) {
            answer.put(request.get(i));
        }
        if (known && address) {
            answer.putShort((short) 0xc00c)
                    .putShort((short) 1)
                    .putShort((short) 1)
                    .putInt(60)
                    .putShort((short) 4)
                    .put(ADDRESS);
        }
        return answer.flip();
    }
}
