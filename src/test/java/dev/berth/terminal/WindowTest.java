package dev.berth.terminal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class WindowTest {
    private final Window window = new Window();

    @Test
    void aClientThatNeverAcknowledgesIsNotHeldBack() throws Exception {
        for (int i = 0; i < 100; i++) {
            window.take(32 * 1024);
        }
    }

    @Test
    void pausesAt100kBAndGoesOnAt10kB() throws Exception {
        window.acknowledged(0);
        window.take(100_000);
        CompletableFuture<Void> next = CompletableFuture.runAsync(() -> {
            try {
                window.take(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Thread.sleep(50);
        assertFalse(next.isDone());
        window.acknowledged(80_000);
        Thread.sleep(50);
        assertFalse(next.isDone());
        window.acknowledged(15_000);
        next.get(5, TimeUnit.SECONDS);
        assertTrue(next.isDone());
    }

    @Test
    void acknowledgingMoreThanWasSentIsNoCredit() throws Exception {
        window.acknowledged(1_000_000_000);
        window.take(100_000);
        CompletableFuture<Void> next = CompletableFuture.runAsync(() -> {
            try {
                window.take(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Thread.sleep(50);
        assertFalse(next.isDone());
        window.acknowledged(100_000);
        next.get(5, TimeUnit.SECONDS);
    }

    @Test
    void aClientThatCannotBeHeardIsNotHeldBack() throws Exception {
        window.acknowledged(0);
        window.unheard(true);
        for (int i = 0; i < 100; i++) {
            window.take(32 * 1024);
        }
    }
}
