package dev.berth.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final List<String> sent = new ArrayList<>();
    private final Deque<CompletableFuture<Void>> underWay = new ArrayDeque<>();
    private final AtomicBoolean cutOff = new AtomicBoolean();
    private final Outbox outbox = new Outbox(this::send, () -> cutOff.set(true));

    private CompletionStage<?> send(String message) {
        sent.add(message);
        underWay.add(new CompletableFuture<>());
        return underWay.getLast();
    }

    private void arrived() {
        underWay.removeFirst().complete(null);
    }

    @Test
    void oneMessageIsUnderWayAtATime() {
        outbox.add("a");
        outbox.add("b");
        assertEquals(List.of("a"), sent);
        arrived();
        assertEquals(List.of("a", "b"), sent);
    }

    @Test
    void aNewerMessageOfAKeyReplacesTheOneThatWaits() {
        outbox.add("first");
        outbox.put("web", "web is starting");
        outbox.add("between");
        outbox.put("web", "web is running");
        arrived();
        arrived();
        arrived();
        assertEquals(List.of("first", "web is running", "between"), sent);
    }

    @Test
    void aTabThatTakesNothingIsCutOff() {
        for (int i = 0; i < 3_000; i++) {
            outbox.add("line " + i);
        }
        assertTrue(cutOff.get());
        assertEquals(1, sent.size());
    }

    @Test
    void aFailedSendEndsIt() {
        outbox.add("a");
        outbox.add("b");
        underWay.removeFirst().completeExceptionally(new IllegalStateException("gone"));
        outbox.add("c");
        assertEquals(List.of("a"), sent);
    }
}
