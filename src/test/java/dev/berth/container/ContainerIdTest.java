package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContainerIdTest {
    private static final int MANY = 400_000;

    /** Also in the sixteen digits that name a runtime directory. */
    @Test
    void noTwoThreadsGetTheSame() {
        List<String> ids = IntStream.range(0, MANY)
                .parallel()
                .mapToObj(i -> ContainerId.random().value().substring(0, 16))
                .toList();
        Set<String> distinct = new HashSet<>(ids);
        assertEquals(MANY, distinct.size());
    }
}
