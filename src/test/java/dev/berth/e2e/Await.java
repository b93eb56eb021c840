package dev.berth.e2e;

import java.util.concurrent.TimeUnit;

/** Waits for what will be so in a while. */
final class Await {
    private static final long PAUSE_MILLIS = 20;

    private Await() {}

    /** What may also fail while it is not so yet. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /** @param what as in "did not come true: …" */
    static void until(String what, long seconds, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Exception last = null;
        while (System.nanoTime() < deadline) {
            try {
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (InterruptedException stopped) {
                throw stopped;
            } catch (Exception notYet) {
                last = notYet;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new AssertionError("did not come true: " + what, last);
    }

    /** As {@link #until}, for ten seconds, in a test that throws nothing itself. */
    static void quietly(String what, Condition condition) {
        try {
            until(what, 10, condition);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(what, e);
        }
    }
}
