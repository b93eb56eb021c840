package dev.berth.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTest {
    private static HttpResponse read(String text) throws IOException {
        return HttpResponse.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String body(String text) throws IOException {
        return new String(read(text).body().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void aBodyOfKnownLength() throws Exception {
        HttpResponse response = read("HTTP/1.1 404 Not Found\r\nContent-Type: a/b\r\nCONTENT-LENGTH: 3\r\n\r\nabcdef");
        assertEquals(404, response.status());
        assertEquals("a/b", response.headers().get("content-type"));
        assertEquals("abc", new String(response.body().readAllBytes()));
    }

    @Test
    void aBodyInChunks() throws Exception {
        assertEquals(
                "abcde",
                body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3;name=value\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\nnot this"));
    }

    @Test
    void aBodyUntilTheEnd() throws Exception {
        assertEquals("abc", body("HTTP/1.1 200 OK\r\n\r\nabc"));
        assertEquals("", body("HTTP/1.1 204 No Content\r\n\r\nabc"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-",
                "SSH-2.0-x\r\n\r\n",
                ""
            })
    void anAnswerThatIsCutOffOrBrokenIsAnError(String text) {
        assertThrows(IOException.class, () -> body(text));
    }

    @Test
    void aProblemIsItsSentence() throws Exception {
        CliException e = Api.problem(read("HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\n\r\n"
                + "{\"status\":409,\"title\":\"T\",\"detail\":\"cannot x: y\",\"exitCode\":126}"));
        assertEquals("cannot x: y", e.getMessage());
        assertEquals(126, e.exitCode());
        CliException plain = Api.problem(read("HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\n\r\n<p>\nx"));
        assertEquals("the service answered 502: <p>", plain.getMessage());
    }

    @Test
    void acceptIsThatOfTheRfc() {
        assertEquals("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocket.accept("dGhlIHNhbXBsZSBub25jZQ=="));
    }

    private static WebSocket webSocket(byte[] received, ByteArrayOutputStream sent) {
        return new WebSocket(new Socket(), new DataInputStream(new ByteArrayInputStream(received)), sent);
    }

    @Test
    void fragmentsAreJoinedAndPingsBetweenThemAnswered() throws Exception {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        byte[] wire = {0x02, 2, 'a', 'b', (byte) 0x89, 1, 'p', (byte) 0x80, 1, 'c', (byte) 0x88, 0};
        WebSocket socket = webSocket(wire, sent);
        assertArrayEquals("abc".getBytes(), socket.receive());
        assertNull(socket.receive());
        byte[] pong = sent.toByteArray();
        assertEquals((byte) 0x8a, pong[0]);
        assertEquals((byte) 0x81, pong[1]);
        assertEquals('p', pong[6] ^ pong[2]);
        assertEquals((byte) 0x88, pong[7]);
        assertThrows(IOException.class, () -> socket.send(new byte[1]), "closed");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 65535, 65536, 70001})
    void everyLengthGoesOutMaskedAndComesInPlain(int length) throws Exception {
        byte[] message = new byte[length];
        for (int i = 0; i < length; i++) {
            message[i] = (byte) (i * 31);
        }
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        webSocket(new byte[0], sent).send(message);
        assertArrayEquals(message, webSocket(unmasked(sent.toByteArray()), sent).receive());
    }

    /** A client's frame as a server would send it. */
    private static byte[] unmasked(byte[] frame) {
        int lengthBytes = (frame[1] & 0x7f) == 126 ? 2 : (frame[1] & 0x7f) == 127 ? 8 : 0;
        int mask = 2 + lengthBytes;
        ByteBuffer plain = ByteBuffer.allocate(frame.length - 4);
        plain.put(frame, 0, mask).put(1, (byte) (frame[1] & 0x7f));
        for (int i = mask + 4; i < frame.length; i++) {
            plain.put((byte) (frame[i] ^ frame[mask + (i - mask - 4) % 4]));
        }
        return plain.array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"827fffffffffffffffff", "8281", "8305", "827f0000000001000001"})
    void framesThatCannotBeAreErrors(String hex) {
        byte[] wire = java.util.HexFormat.of().parseHex(hex);
        assertThrows(
                IOException.class,
                () -> webSocket(wire, new ByteArrayOutputStream()).receive());
    }
}
