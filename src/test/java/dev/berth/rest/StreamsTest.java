package dev.berth.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StreamsTest {
    private static final int THREADS = 8;
    private static final int PLACES = 7;

    private final Streams streams = new Streams(new ObjectMapper(), THREADS);
    private final HttpServerResponse client = (HttpServerResponse) Proxy.newProxyInstance(
            HttpServerResponse.class.getClassLoader(),
            new Class<?>[] {HttpServerResponse.class},
            (proxy, call, arguments) -> call.getName().equals("closed") ? Boolean.FALSE : proxy);

    @Test
    void thereIsRoomForFewerThanTheThreadsAndThenARefusal() {
        assertEquals(PLACES, nested(PLACES));
        assertEquals(
                429,
                assertThrows(Refused.class, () -> nested(PLACES + 1)).problem().status());
        assertEquals(PLACES, nested(PLACES), "all places are free again");
    }

    @Test
    void aStreamGivesItsPlaceBackAlsoWhenItFails() throws Exception {
        for (int i = 0; i <= PLACES; i++) {
            assertThrows(
                    IllegalStateException.class,
                    () -> streams.of(client, out -> {
                                throw new IllegalStateException();
                            })
                            .write(new ByteArrayOutputStream()));
        }
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        streams.of(client, out -> out.bytes(new byte[] {'x'})).write(written);
        assertEquals("x", written.toString(StandardCharsets.US_ASCII));
    }

    /** So many who wait at once. */
    private int nested(int depth) {
        return depth == 0 ? 0 : 1 + streams.whileConnected(client, () -> nested(depth - 1));
    }
}
