package dev.berth.e2e;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Waits for what will be so in a while. */
final class Await {
    private static final long PAUSE_MILLIS = 20;

    /** How much slower than a usual one the machine is said to be: an emulated one is. */
    private static final int PATIENCE = Integer.parseInt(Optional.ofNullable(System.getenv("BERTH_TEST_PATIENCE"))
            .filter(text -> !text.isEmpty())
            .orElse("1"));

    private Await() {}

    /** What may also fail while it is not so yet. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Whether the machine is said to be an emulated one, whose slowness tells nothing of Berth. */
    static boolean isEmulated() {
        return PATIENCE >= 10;
    }

    /** What this many seconds of a usual machine are on this one. */
    static long seconds(long usual) {
        return usual * PATIENCE;
    }

    /** What this many milliseconds of a usual machine are on this one. */
    static int millis(int usual) {
        return usual * PATIENCE;
    }

    /** @param what as in "did not come true: …" */
    static void until(String what, long seconds, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds(seconds));
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
