package dev.berth.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends to a service what no client library would send, byte for byte, and reads what comes back. */
final class RawHttp {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3}) ");
    private static final int MILLIS = 8_000;
    /** Of silence, after which the client has no more to say either. */
    private static final int SILENCE_MILLIS = 1_000;

    private final int port;
    private final String token;

    RawHttp(Berth berth) throws IOException {
        port = URI.create(berth.url()).getPort();
        token = berth.token();
    }

    int port() {
        return port;
    }

    /** Everything that came back on one connection. */
    record Answers(String text) {
        /** The statuses, in order. */
        List<Integer> statuses() {
            List<Integer> found = new ArrayList<>();
            Matcher matcher = STATUS.matcher(text);
            while (matcher.find()) {
                found.add(Integer.valueOf(matcher.group(1)));
            }
            return found;
        }

        int status() {
            return statuses().isEmpty() ? 0 : statuses().get(0);
        }

        /** Of the first answer; empty for none. */
        String header(String name) {
            Matcher matcher = Pattern.compile(
                            "\r\n" + Pattern.quote(name.toLowerCase(Locale.ROOT)) + ": ([^\r]*)\r",
                            Pattern.CASE_INSENSITIVE)
                    .matcher(text);
            return matcher.find() ? matcher.group(1) : "";
        }

        String body() {
            int end = text.indexOf("\r\n\r\n");
            return end < 0 ? "" : text.substring(end + 4);
        }
    }

    /** The head of a request that would be let in, but for what is wrong with it. */
    String head(String line) {
        return line + "\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer " + token + "\r\n";
    }

    /** A whole request, the last one on its connection. */
    Answers get(String path, String moreHeaders) throws IOException {
        return send(head("GET " + path + " HTTP/1.1") + moreHeaders + "Connection: close\r\n\r\n");
    }

    Answers post(String path, String type, String body) throws IOException {
        return with("POST " + path, type, body);
    }

    /** @param call method and path */
    Answers with(String call, String type, String body) throws IOException {
        return send(head(call + " HTTP/1.1") + "Content-Type: " + type
                + "\r\nConnection: close\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length
                + "\r\n\r\n" + body);
    }

    Answers send(String request) throws IOException {
        return send(request.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads until the service ends the connection; where it waits for more of the request, the client ends its half. */
    Answers send(byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            try {
                socket.getOutputStream().write(request);
            } catch (IOException early) {
                // Answered and closed before everything was sent, as it may be: what was answered is still to be read.
            }
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            if (!ends(socket, Await.millis(SILENCE_MILLIS), all)) {
                socket.shutdownOutput();
                ends(socket, Await.millis(MILLIS), all);
            }
            return new Answers(all.toString(StandardCharsets.UTF_8));
        }
    }

    /** @param all gets what has come @return false: nothing came for so long, and the connection is open */
    private static boolean ends(Socket socket, int millis, ByteArrayOutputStream all) throws IOException {
        socket.setSoTimeout(millis);
        try {
            socket.getInputStream().transferTo(all);
        } catch (SocketTimeoutException silent) {
            return false;
        } catch (SocketException reset) {
            // What has come until now is the answer.
        }
        return true;
    }
}
