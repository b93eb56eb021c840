package dev.berth.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class UsageHistoryTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final UsageHistory history = new UsageHistory();

    private static Usage at(long second) {
        return new Usage(
                BEGIN.plusSeconds(second),
                new Usage.Cpu(0.5, second),
                new Usage.Memory(1, null, null),
                new Usage.Pids(1L, null),
                null,
                Usage.Network.NONE);
    }

    private List<Long> seconds(String container, long since) {
        return history.since(container, BEGIN.plusSeconds(since)).stream()
                .map(it -> it.time().getEpochSecond() - BEGIN.getEpochSecond())
                .toList();
    }

    @Test
    void oneOfEachTenSecondsIsKept() {
        LongStream.rangeClosed(0, 35).forEach(second -> history.add("web", at(second)));
        assertEquals(List.of(0L, 10L, 20L, 30L), seconds("web", -1));
        assertEquals(List.of(20L, 30L), seconds("web", 10));
        assertEquals(List.of(), seconds("web", 30));
        assertEquals(List.of(), seconds("other", -1));
    }

    @Test
    void halfAnHourIsKept() {
        LongStream.rangeClosed(0, 4000).forEach(second -> history.add("web", at(second)));
        List<Long> kept = seconds("web", -1);
        assertEquals(2200, kept.get(0));
        assertEquals(4000, kept.get(kept.size() - 1));
        assertEquals(181, kept.size());
    }

    @Test
    void theOthersAreForgotten() {
        history.add("web", at(0));
        history.add("ended", at(0));
        history.retain(Set.of("web"));
        assertEquals(List.of(0L), seconds("web", -1));
        assertEquals(List.of(), seconds("ended", -1));
    }
}
