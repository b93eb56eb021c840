package dev.berth.cli;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * A client's end of a WebSocket (RFC 6455): binary messages, pings answered, fragments joined. One thread reads, any thread
 * writes.
 */
final class WebSocket implements AutoCloseable {
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int LONGEST_MESSAGE = 16 << 20;
    private static final long LAST_REPLIES_MILLIS = 200;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();
    /** Made by the thread that receives. */
    private volatile ExecutorService replies;

    private boolean closeSent;

    WebSocket(Socket socket, DataInputStream in, OutputStream out) {
        this.socket = socket;
        this.in = in;
        this.out = out;
    }

    /**
     * @param head request line, Host and Authorization
     * @param refusal makes the exception of an answer that is not 101
     */
    static WebSocket open(Socket socket, StringBuilder head, Function<HttpResponse, CliException> refusal)
            throws IOException {
        byte[] nonce = new byte[16];
        ThreadLocalRandom.current().nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        head.append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
                .append(key)
                .append("\r\n\r\n");
        socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
        BufferedInputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        HttpResponse response = HttpResponse.read(in);
        if (response.status() != 101) {
            throw refusal.apply(response);
        }
        if (!accept(key).equals(response.headers().get("sec-websocket-accept"))) {
            throw new IOException("the service's answer belongs to no WebSocket of ours");
        }
        return new WebSocket(socket, new DataInputStream(in), socket.getOutputStream());
    }

    static String accept(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The next binary message; null when the other side has closed in order. */
    byte[] receive() throws IOException {
        byte[] message = null;
        while (true) {
            int first = in.readUnsignedByte();
            byte[] payload = payload();
            switch (first & 0x0f) {
                case PING -> later(PONG, payload);
                case PONG -> {
                    continue;
                }
                case CLOSE -> {
                    answerClose();
                    return null;
                }
                case TEXT, BINARY, CONTINUATION -> {
                    message = join(message, payload);
                    if ((first & 0x80) != 0) {
                        return message;
                    }
                }
                default -> throw new IOException("unknown WebSocket frame " + (first & 0x0f));
            }
        }
    }

    private byte[] payload() throws IOException {
        int second = in.readUnsignedByte();
        long length = second & 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        if ((second & 0x80) != 0 || length < 0 || length > LONGEST_MESSAGE) {
            throw new IOException("a WebSocket frame of the service cannot be read");
        }
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return payload;
    }

    private static byte[] join(byte[] before, byte[] more) throws IOException {
        if (before == null) {
            return more;
        }
        if (before.length + more.length > LONGEST_MESSAGE) {
            throw new IOException("a WebSocket message of the service is too long");
        }
        return ByteBuffer.allocate(before.length + more.length)
                .put(before)
                .put(more)
                .array();
    }

    /** Sends one binary message. */
    void send(byte[] message) throws IOException {
        frame(BINARY, message);
    }

    /** As {@link #send}, without waiting: what is received is not to wait behind what the service does not take. */
    void sendLater(byte[] message) {
        later(BINARY, message);
    }

    static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private void later(int opcode, byte[] payload) {
        if (replies == null) {
            replies = new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    WebSocket::daemon,
                    new ThreadPoolExecutor.DiscardPolicy()); // after the end
        }
        replies.execute(() -> {
            try {
                frame(opcode, payload);
            } catch (IOException e) {
                return; // the session is over: who receives hears it
            }
        });
    }

    private void frame(int opcode, byte[] payload) throws IOException {
        writing.lock();
        try {
            write(opcode, payload);
        } finally {
            writing.unlock();
        }
    }

    private void write(int opcode, byte[] payload) throws IOException {
        if (closeSent) {
            throw new EOFException("the WebSocket is closed");
        }
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) (0x80 | opcode));
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 0x10000) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        // The mask keeps scripts of a browser from choosing the bytes on the wire; it need not be secret here.
        int mask = ThreadLocalRandom.current().nextInt();
        frame.putInt(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ mask >>> 24 - 8 * (i & 3)));
        }
        out.write(frame.array(), 0, frame.position());
        closeSent = opcode == CLOSE;
    }

    /** Behind the other replies; but not behind a writer whom the service does not hear: the end of the connection says it, too. */
    private void answerClose() throws IOException {
        endReplies();
        if (writing.tryLock()) {
            try {
                if (!closeSent) {
                    write(CLOSE, new byte[0]);
                }
            } finally {
                writing.unlock();
            }
        }
    }

    private void endReplies() {
        if (replies == null) {
            return;
        }
        replies.shutdown();
        try {
            replies.awaitTermination(LAST_REPLIES_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try (socket) {
            answerClose();
        } catch (IOException e) {
            return; // gone already
        }
    }
}
