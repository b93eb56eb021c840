package dev.berth.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The answer to one request on a connection of its own (RFC 9112). The body ends where its length, its last chunk or the
 * connection says so; one that ends before is an error, never a short answer.
 *
 * @param headers by name in lower case
 */
record HttpResponse(int status, Map<String, String> headers, InputStream body) implements AutoCloseable {
    private static final int LONGEST_LINE = 64 * 1024;

    static HttpResponse read(InputStream in) throws IOException {
        String line = readLine(in);
        String[] parts = line.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("\\d{3}")) {
            throw new IOException("this is not HTTP: " + line);
        }
        int status = Integer.parseInt(parts[1]);
        Map<String, String> headers = new HashMap<>();
        for (String header = readLine(in); !header.isEmpty(); header = readLine(in)) {
            int colon = header.indexOf(':');
            if (colon > 0) {
                headers.put(
                        header.substring(0, colon).toLowerCase(Locale.ROOT),
                        header.substring(colon + 1).strip());
            }
        }
        return new HttpResponse(status, headers, body(status, headers, in));
    }

    private static InputStream body(int status, Map<String, String> headers, InputStream in) {
        if (status == 204 || status == 304 || status == 101) {
            return status == 101 ? in : InputStream.nullInputStream();
        }
        if (headers.getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .endsWith("chunked")) {
            return new ChunkedInput(in);
        }
        String length = headers.get("content-length");
        return length == null ? in : new FixedInput(in, Long.parseLong(length));
    }

    boolean isSuccess() {
        return status / 100 == 2;
    }

    /** A line without its CR LF. */
    static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the service closed the connection");
            }
            if (line.length() == LONGEST_LINE) {
                throw new IOException("a line of the answer is too long");
            }
            line.append((char) c);
        }
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            return; // there is nothing to lose in an answer that was read
        }
    }
}
