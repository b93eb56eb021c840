package dev.berth.rest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LargeBodiesTest {
    private static final int LIMIT = 1 << 20;

    private final LargeBodies bodies = new LargeBodies(0);
    private final List<Runnable> ends = new ArrayList<>();

    private byte[] read(int size) throws IOException {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        byte[] read = bodies.read(new ByteArrayInputStream(body), ends::add);
        assertArrayEquals(body, read);
        return read;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32767, 32768, 32769, LIMIT - 1, LIMIT})
    void whatIsNotTooLargeIsReadWhole(int size) throws IOException {
        assertEquals(size, read(size).length);
    }

    @Test
    void oneByteMoreIsTooLargeAndGivesItsPlaceBack() throws IOException {
        assertEquals(413, refused(LIMIT + 1));
        ends.forEach(Runnable::run);
        read(LIMIT);
        read(LIMIT);
        read(LIMIT);
    }

    @Test
    void fewLargeOnesAtOnceAndAsManySmallOnesAsWanted() throws IOException {
        read(LIMIT);
        read(LIMIT);
        read(LIMIT);
        assertEquals(429, refused(LIMIT));
        for (int i = 0; i < 100; i++) {
            read(1000);
        }
        ends.get(0).run();
        read(LIMIT);
    }

    private int refused(int size) {
        return assertThrows(Refused.class, () -> read(size)).problem().status();
    }
}
