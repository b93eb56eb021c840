package dev.berth.terminal;

/**
 * How far a client may lag: sending pauses at 100 kB that its screen has not taken in, and goes on at 10 kB. A client that never
 * acknowledges is paced by TCP alone, and so is one whose acknowledgements cannot be heard behind its input.
 */
final class Window {
    private static final long PAUSE = 100_000;
    private static final long RESUME = 10_000;

    private long unacknowledged;
    private boolean acknowledges;
    private boolean unheard;

    /** Counts what is about to be sent; waits while the client is too far behind. */
    synchronized void take(int bytes) throws InterruptedException {
        if (acknowledges && unacknowledged >= PAUSE) {
            while (unacknowledged > RESUME && !unheard) {
                wait();
            }
        }
        unacknowledged += bytes;
    }

    /** A count beyond what was sent counts as all of it. */
    synchronized void acknowledged(long bytes) {
        acknowledges = true;
        unacknowledged = Math.max(0, unacknowledged - bytes);
        notifyAll();
    }

    /** Whether the client's frames wait to be read: its acknowledgements may be among them. */
    synchronized void unheard(boolean now) {
        unheard = now;
        notifyAll();
    }
}
